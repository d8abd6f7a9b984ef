/**
 * Takes the pictures for docs/administration.md and docs/pages.md: the desk and
 * the pages of a server with some sample users and rooms.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import {
  addHistory,
  addStatistics,
  signIn,
} from "../tests/web/support/visits.ts";
import type { WholeServer } from "../tests/web/support/whole_server.ts";

const WIDE = { width: 1000, height: 640 };
const PHONE = { width: 390, height: 760 };
/** Keeps text sharp at a few tens of kilobytes a picture. */
const QUALITY = 70;
/** A fixed evening, so that pictures taken again show the same dates. */
const EVENING = Date.UTC(2026, 8, 29, 19, 30);

/** A picture in docs/pictures, and how to reach its page. */
interface Shot {
  readonly name: string;
  readonly path: (scene: Scene) => string;
  readonly phone?: true;
  /** Taken before anybody signs in. */
  readonly visitor?: true;
  readonly height?: number;
}

interface Scene {
  readonly server: WholeServer;
  readonly complaint: number;
  readonly troll: number;
  /** A room that the member owns. */
  readonly ownRoom: number;
}

export const SHOTS: readonly Shot[] = [
  { name: "front", path: () => "/", visitor: true, height: 560 },
  {
    name: "setup",
    path: ({ server }) => `/setup?token=${server.setupDoor.open()}`,
    visitor: true,
    height: 900,
  },
  { name: "member", path: () => "/member", height: 760 },
  {
    name: "member-room",
    path: ({ ownRoom }) => `/member/rooms/${ownRoom}`,
    height: 900,
  },
  { name: "member-security", path: () => "/member/security", height: 860 },
  { name: "desk", path: () => "/desk", height: 900 },
  { name: "desk-phone", path: () => "/desk/sessions", phone: true },
  {
    name: "desk-complaint",
    path: ({ complaint }) => `/desk/complaints/${complaint}`,
  },
  {
    name: "desk-user",
    path: ({ troll }) => `/desk/users/${troll}`,
    height: 820,
  },
  { name: "desk-statistics", path: () => "/desk/statistics", height: 1180 },
  { name: "desk-setting", path: () => "/desk/config/server.name", height: 520 },
  { name: "desk-retention", path: () => "/desk/retention", height: 760 },
  { name: "desk-words", path: () => "/desk/words", height: 900 },
  { name: "desk-applications", path: () => "/desk/applications" },
  { name: "desk-mail", path: () => "/desk/mail", height: 820 },
  { name: "desk-backup", path: () => "/desk/backup", height: 1060 },
  {
    name: "desk-restore",
    path: ({ server }) =>
      `/desk/backup/restore?name=${server.backups()[0] ?? ""}`,
  },
];

export const SETTINGS = {
  "server.name": "The Royal Oak",
  "server.welcome": "Pull up a chair. Be kind to each other.",
  "server.uplink_kbit": 1000,
  "web.show_names": true,
  "moderation.room_lines": 5,
  "backup.nightly": true,
  "auth.registration": "approval",
  "mail.host": "smtp.example.org",
  "mail.from": "oak@example.org",
};

/** Sets the clock of this process to that evening. */
export function setClock(): void {
  const now = Date.now.bind(Date);
  const shift = EVENING - now();
  Date.now = () => now() + shift;
}

export async function takeDesk(
  server: WholeServer,
  browser: Browser,
  folder: string,
): Promise<void> {
  const scene = await furnish(server);
  const { gid } = server.live.rooms().find(({ name }) =>
    name === "The Front Porch"
  )!;
  await using ann = await server.signOn("Ann");
  await using troll = await server.signOn("Megaphone");
  for (const client of [ann, troll]) await client.rooms.join(gid);
  for (const one of SHOTS) {
    const context = await browser.newContext({
      viewport: one.phone
        ? PHONE
        : { ...WIDE, height: one.height ?? WIDE.height },
      reducedMotion: "reduce",
      colorScheme: "light",
      locale: "en-GB",
      timezoneId: "UTC",
    });
    const page = await context.newPage();
    if (!one.visitor) await signIn(page, server, "Rose");
    if (one.name === "desk-backup") await makeBackup(page, server);
    await page.goto(server.pages + one.path(scene));
    await saveWebp(page, join(folder, `${one.name}.webp`));
    await context.close();
  }
}

async function furnish(server: WholeServer): Promise<Scene> {
  const { store } = server;
  const rose = await server.addUser("Rose", {
    role: "superadmin",
    first: "Rose",
  });
  await server.addUser("Guard", { role: "moderator" });
  const ann = await server.addUser("Ann", { first: "Ann" });
  const troll = await server.addUser("Megaphone");
  const at = Date.now();
  store.notes.add({
    uid: troll.uid,
    at: at - 9 * 86_400_000,
    by: "Guard",
    text: "Loud, but said sorry.",
  });
  const { id } = store.complaints.add({
    at: at - 300_000,
    reporter: ann.uid,
    reporterName: "Ann",
    about: troll.uid,
    aboutName: "Megaphone",
    gid: 50004,
    room: "The Front Porch",
    text: "Shouts at everybody who comes in.",
    lines: [
      { at: at - 330_000, nickname: "Ann", text: "Hello, all!" },
      { at: at - 320_000, nickname: "Megaphone", text: "HELLO HELLO HELLO" },
    ],
  });
  addHistory(server);
  addStatistics(server);
  addWords(server, at);
  await addApplication(server, at);
  addMails(server, at);
  const { gid } = store.rooms.create({
    name: "Rose's Garden",
    category: 30006,
    type: 3,
    owner: rose.uid,
    banner: "Slow voices, good tea.",
    createdAt: at - 40 * 86_400_000,
  });
  return { server, complaint: id, troll: troll.uid, ownRoom: gid };
}

function addWords({ store }: WholeServer, at: number): void {
  for (
    const [word, action] of [
      ["darn", "mask"],
      ["*spam*", "refuse"],
      ["meet me", "flag"],
    ] as const
  ) store.words.set({ word, action, by: "Guard", at: at - 86_400_000 });
}

async function addApplication(server: WholeServer, at: number): Promise<void> {
  const eve = await server.addUser("Eve", { email: "eve@example.org" });
  server.store.applications.set({
    uid: eve.uid,
    at: at - 1_800_000,
    host: "203.0.113.7",
    message: "Ann told me about you. I play the accordion.",
    rejectedAt: null,
    rejectedBy: "",
    reason: "",
    expiresAt: at + 14 * 86_400_000,
  });
}

/** One that waits, and one that was refused. */
function addMails({ store }: WholeServer, at: number): void {
  const mail = {
    uid: null,
    body: "",
    tries: 2,
    expiresAt: at + 7 * 86_400_000,
  };
  store.mails.add({
    ...mail,
    recipient: "eve@example.org",
    subject: "Your e-mail address at The Royal Oak",
    madeAt: at - 400_000,
    nextAt: at + 240_000,
    fault: "smtp.example.org:587: Connection timeout",
    failedAt: null,
  });
  store.mails.add({
    ...mail,
    recipient: "old.address@example.net",
    subject: "A new password at The Royal Oak",
    madeAt: at - 90_000_000,
    nextAt: at - 90_000_000,
    fault: "smtp.example.org:587: 550 no such mailbox",
    failedAt: at - 90_000_000,
  });
}

async function makeBackup(page: Page, server: WholeServer): Promise<void> {
  await page.goto(`${server.pages}/desk/backup`);
  await page.click("text=Make one now");
  await page.waitForSelector("text=was copied into the backups folder");
}

/** Saves the page as WebP, which playwright itself does not support. */
export async function saveWebp(page: Page, file: string): Promise<void> {
  await page.waitForLoadState("load");
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
  });
  await Deno.writeFile(file, Buffer.from(data, "base64"));
}
