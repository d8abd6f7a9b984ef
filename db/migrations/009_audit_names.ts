import type { Migration } from "./migration.ts";

/**
 * Renames actions in the audit log, which used two conventions: "user.password"
 * in the chat server and "user passwd" in the command. Also adds an index for
 * nicknames without spaces.
 */
export const auditNames: Migration = {
  version: 9,
  name: "audit_names",
  up: `
    UPDATE audit SET action = 'user passwd' WHERE action = 'user.password';
    UPDATE audit SET action = 'room red-dot-text'
      WHERE action = 'room.redDotText';
    UPDATE audit SET action = 'room red-dot-video'
      WHERE action = 'room.redDotVideo';
    UPDATE audit SET action = 'room new-users-mic'
      WHERE action = 'room.newUsersMic';
    UPDATE audit SET action = 'room alert' WHERE action = 'alert';
    UPDATE audit SET action = 'room ' || substr(action, 6)
      WHERE action GLOB 'room.*';
    UPDATE audit SET action = 'user ' || substr(action, 6)
      WHERE action GLOB 'user.*';
    CREATE INDEX users_spaced ON users (replace(nickname_key, ' ', ''));
  `,
};
