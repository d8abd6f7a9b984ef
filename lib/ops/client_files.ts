/**
 * What a machine with the old client needs to find this server
 * (docs/protocol.md, "Finding the server"). The client itself is never touched.
 *
 * @module
 */

/**
 * Returns a `.reg` file for HKEY_CURRENT_USER\Software\PalTalk, with Windows
 * line ends.
 */
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

/** Returns location2.txt, of which the client reads only the first line. */
export function locationFile(host: string, port: number): string {
  return `LOCATION:${host}:${port}\r\n`;
}

/** Names that the client looks up; a hosts file must give their address. */
export const CLIENT_HOSTS = ["www.paltalk.com", "advertising.paltalk.com"];

export function hostsLines(address: string): string {
  return CLIENT_HOSTS.map((name) => `${address} ${name}\r\n`).join("");
}

/**
 * Returns why the client would reject this host and port, or null: in
 * location2.txt it requires at least 5 characters and a port from 1000 up.
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
