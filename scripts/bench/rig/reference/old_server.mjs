/**
 * A stand-in for the design of the earlier Node.js server of this protocol,
 * written for comparison. Like it, it has ONE receive buffer for all sockets
 * that grows by Buffer.concat; for each receiver of a room's message it looks
 * up who that is by number, puts the payload together from hexadecimal digits
 * anew, makes a buffer for the header, joins the two, and writes that frame by
 * itself. It leaves out the earlier server's log of every packet sent, which
 * would cost more than all of this.
 *
 *     node old_server.mjs PORT
 */
import net from "node:net";

let received = Buffer.alloc(0);
const people = new Map();
const sockets = new Map();
const rooms = new Map();

const hex32 = (n) => (n >>> 0).toString(16).padStart(8, "0");
const hexOf = (text) => Buffer.from(text, "latin1").toString("hex");

function send(socket, type, payload) {
  if (!socket || !socket.writable) return;
  const header = Buffer.alloc(6);
  header.writeInt16BE(type, 0);
  header.writeInt16BE(29, 2);
  header.writeUInt16BE(payload.length, 4);
  socket.write(Buffer.concat([header, payload]));
}

function answer(socket, type, digits = "") {
  send(socket, type, Buffer.from(digits, "hex"));
}

function say(socket, payload) {
  const { uid } = people.get(socket);
  const room = rooms.get(parseInt(payload.slice(0, 4).toString("hex"), 16));
  room?.members.forEach((member) => {
    if (member.uid === uid) return;
    const line = payload.slice(0, 4).toString("hex") + hex32(uid) +
      payload.slice(4).toString("hex");
    send(sockets.get(member.uid), 0x015e, Buffer.from(line, "hex"));
  });
}

function join(socket, payload) {
  const gid = payload.readUInt32BE(0);
  if (!rooms.has(gid)) rooms.set(gid, { members: [] });
  rooms.get(gid).members.push(people.get(socket));
  people.get(socket).room = gid;
  answer(socket, 0x0136);
  answer(socket, 0x0154);
}

function take(socket, type, payload) {
  switch (type) {
    case -100:
      return answer(socket, -117, hexOf("Hello-From:PaLTALK"));
    case -1130:
      people.get(socket).uid = payload.readUInt32BE(0);
      sockets.set(payload.readUInt32BE(0), socket);
      return answer(socket, 0x0474, hexOf("XyF\u00a6551473312518"));
    case -1148:
      return answer(socket, 0x04a6);
    case -310:
      return join(socket, payload);
    case -350:
      return say(socket, payload);
  }
}

const server = net.createServer((socket) => {
  people.set(socket, { uid: 0, room: 0 });
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 6) {
      const length = received.readUInt16BE(4);
      if (received.length < 6 + length) break;
      const type = received.readInt16BE(0);
      const payload = received.slice(6, 6 + length);
      received = received.slice(6 + length);
      take(socket, type, payload);
    }
  });
  const gone = () => {
    const person = people.get(socket);
    const room = rooms.get(person?.room);
    if (room) room.members = room.members.filter((one) => one !== person);
    people.delete(socket);
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
