/**
 * What a Windows machine needs so that its client finds this server
 * (docs/protocol.md, "Finding the server").
 *
 * @module
 */

/** The only line of location2.txt. The client accepts ports from 1000 up. */
export function locationLine(host: string, port: number): string {
  return `LOCATION:${host}:${port}`;
}

/**
 * A file for regedit, in the form that Windows 95 to 11 and Wine read. It sets
 * all three values, because the client asks for location2.txt when one is
 * missing.
 */
export function registryFile(host: string, port: number): string {
  const text = host.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const number = port.toString(16).padStart(8, "0");
  return [
    "REGEDIT4",
    "",
    "[HKEY_CURRENT_USER\\Software\\PalTalk]",
    `"host"="${text}"`,
    `"port"=dword:${number}`,
    '"ver10_router"=dword:00000001',
    "",
    "",
  ].join("\r\n");
}

/**
 * Returns the names that the client looks up by itself, as lines of a hosts
 * file.
 */
export function hostsLines(address: string): string {
  return ["www.paltalk.com", "advertising.paltalk.com"]
    .map((name) => `${address} ${name}\r\n`).join("");
}
