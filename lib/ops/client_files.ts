/**
 * What a machine with the old client needs to find this server
 * (docs/protocol.md, "Finding the server"). The client itself is never touched.
 *
 * @module
 */

/** `.reg` for HKEY_CURRENT_USER\Software\PalTalk; lines end as Windows wants. */
export function registryFile(host: string, port: number): string {
  return [
    "REGEDIT4",
    "",
    "[HKEY_CURRENT_USER\\Software\\PalTalk]",
    `"host"="${host}"`,
    `"port"=dword:${port.toString(16).padStart(8, "0")}`,
    '"ver10_router"=dword:00000001',
    "",
  ].join("\r\n");
}

/** The first line of location2.txt is all that the client reads. */
export function locationFile(host: string, port: number): string {
  return `LOCATION:${host}:${port}\r\n`;
}

/** Names that the client asks for; a hosts file wants an address for them. */
export const CLIENT_HOSTS = ["www.paltalk.com", "advertising.paltalk.com"];

export function hostsLines(address: string): string {
  return CLIENT_HOSTS.map((name) => `${address} ${name}\r\n`).join("");
}

/**
 * Null, or why the client would not take this host and port: in location2.txt
 * it wants at least 5 characters and a port from 1000 up.
 */
export function clientHostFault(host: string, port: number): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host)) {
    return `"${host}" is no host name or IPv4 address that the old client could read.`;
  }
  if (host.length < 5) {
    return `The old client wants a host of at least 5 characters, not "${host}".`;
  }
  if (port < 1000) {
    return `The old client wants a chat port from 1000 up, not ${port}.`;
  }
  return null;
}
