/**
 * All migrations. A new one is a file `NNN_name.ts` in this folder that exports
 * one {@linkcode Migration}, and one line here.
 *
 * @module
 */

export * from "./001_initial.ts";
export * from "./002_new_user_room.ts";
export * from "./003_hint_question.ts";
export * from "./004_ranks.ts";
export * from "./005_room_video.ts";
export * from "./006_pal_names.ts";
export * from "./007_profile_messages.ts";
export * from "./008_sign_on_places.ts";
export * from "./009_audit_names.ts";
export * from "./010_complaints.ts";
export * from "./011_moderation.ts";
export * from "./012_words.ts";
export * from "./013_emergency.ts";
export * from "./014_two_step.ts";
export * from "./015_password_resets.ts";
export * from "./016_invite_links.ts";
export * from "./017_primary_keys.ts";
export * from "./018_statistics.ts";
export * from "./019_applications.ts";
export * from "./020_emails.ts";
export * from "./021_web_sessions.ts";
export * from "./022_mails.ts";
