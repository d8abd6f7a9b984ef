/**
 * A stand-in for the design of the earlier Node.js server of this protocol,
 * written for comparison: node:net, ONE receive buffer for all sockets that
 * grows by Buffer.concat, packets built from strings of hexadecimal digits
 * anew for each receiver, and one write per frame per socket.
 *
 *     node old_server.mjs PORT
 */
import net from "node:net";

let received = Buffer.alloc(0);
const users = new Map();
const rooms = new Map();

const hex16 = (n) => (n & 0xffff).toString(16).padStart(4, "0");
const hex32 = (n) => (n >>> 0).toString(16).padStart(8, "0");

function send(socket, type, payload) {
  const length = hex16(payload.length / 2);
  socket.write(Buffer.from(hex16(type) + hex16(29) + length + payload, "hex"));
}

function take(socket, type, payload) {
  const user = users.get(socket);
  switch (type) {
    case -100:
      send(socket, -117, Buffer.from("Hello-From:PaLTALK").toString("hex"));
      break;
    case -1130:
      user.uid = parseInt(payload.slice(0, 8), 16);
      send(
        socket,
        0x0474,
        Buffer.from("XyF\u00a6551473312518", "latin1").toString("hex"),
      );
      break;
    case -1148:
      send(socket, 0x04a6, "");
      break;
    case -310: {
      const gid = parseInt(payload.slice(0, 8), 16);
      if (!rooms.has(gid)) rooms.set(gid, []);
      rooms.get(gid).push(socket);
      user.room = gid;
      send(socket, 0x0136, "");
      send(socket, 0x0154, "");
      break;
    }
    case -350: {
      const gid = parseInt(payload.slice(0, 8), 16);
      for (const other of rooms.get(gid) ?? []) {
        if (other === socket) continue;
        send(
          other,
          0x015e,
          hex32(gid) + hex32(user.uid) + payload.slice(8),
        );
      }
      break;
    }
  }
}

const server = net.createServer((socket) => {
  users.set(socket, { uid: 0, room: 0 });
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 6) {
      const length = received.readUInt16BE(4);
      if (received.length < 6 + length) break;
      const type = received.readInt16BE(0);
      const payload = received.slice(6, 6 + length).toString("hex");
      received = received.slice(6 + length);
      take(socket, type, payload);
    }
  });
  const gone = () => {
    const members = rooms.get(users.get(socket)?.room);
    if (members?.includes(socket)) members.splice(members.indexOf(socket), 1);
    users.delete(socket);
  };
  socket.on("error", gone);
  socket.on("close", gone);
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const ready = {
    chat: `127.0.0.1:${server.address().port}`,
    voice: "127.0.0.1:0",
    pid: process.pid,
  };
  // deno-lint-ignore no-console -- a program of its own
  console.log(`ready ${JSON.stringify(ready)}`);
});
