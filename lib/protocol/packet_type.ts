/**
 * The facts about a packet type: its number, its section in docs/protocol.md,
 * whether the real 5.0 client was seen using it, where its text begins, and
 * what must be redacted.
 *
 * @module
 */

/**
 * Everything from byte `from` on must be redacted: passwords (or lockwords,
 * codes, hints), private text, or personal data such as hidden profile fields,
 * search terms, pal lists and addresses.
 */
export interface Secret {
  readonly from: number;
  readonly kind: "password" | "words" | "personal";
}

export interface PacketType {
  readonly type: number;
  /** A heading of docs/protocol.md. */
  readonly section: string;
  /** Seen on the wire of the real client (tests/captures). */
  readonly seen?: true;
  /** Known and without consequence: counted and ignored. */
  readonly ignored?: true;
  /** An answer that no client needs: it could be sent, and is not. */
  readonly unsent?: true;
  /** A server must not send this; no encoder exists. */
  readonly never?: true;
  /** Offset of the Windows-1252 text or records that end the payload. */
  readonly text?: number;
  /**
   * The text is a list of records: the byte C8 is a separator in it, not a
   * letter.
   */
  readonly list?: true;
  /**
   * What logs, captures and the desk blank (lib/protocol/secrets.ts). Packets
   * with text say so either way: `null` when everything may be shown.
   */
  readonly secret?: Secret | null;
}
