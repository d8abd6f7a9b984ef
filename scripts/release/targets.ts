/**
 * The systems that a release is built for.
 *
 * @module
 */

export interface Target {
  /** Name used in file names of archives. */
  readonly name: string;
  /** Target triple. */
  readonly triple: string;
  readonly archive: "tar.gz" | "zip";
}

const target = (name: string, triple: string): Target => ({
  name,
  triple,
  archive: name.startsWith("windows") ? "zip" : "tar.gz",
});

export const TARGETS: readonly Target[] = [
  target("linux-x64", "x86_64-unknown-linux-gnu"),
  target("linux-arm64", "aarch64-unknown-linux-gnu"),
  target("windows-x64", "x86_64-pc-windows-msvc"),
  target("macos-x64", "x86_64-apple-darwin"),
  target("macos-arm64", "aarch64-apple-darwin"),
];

/** Whether the program of a target ends in .exe. */
export const programName = ({ archive }: Target) =>
  archive === "zip" ? "retropal.exe" : "retropal";
