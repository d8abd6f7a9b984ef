/**
 * The page /chat: a client for modern browsers.
 *
 * @module
 */
import { render } from "preact";
import { announce, isAnnounced, titleFollows } from "./alerts.ts";
import { Model } from "./model.ts";
import { Session } from "./session.ts";
import { App } from "./views/app.tsx";
import { type Page, PageContext } from "./views/base.tsx";
import { Video } from "./video.ts";
import { Voice } from "./voice/voice.ts";

const { dataset } = document.documentElement;
const model = new Model();
const session = new Session(model);
const voice = new Voice(model, session);
session.voice = voice;
const invitedTo = new URLSearchParams(location.search).get("room") ?? "";
if (/^\d{1,9}$/.test(invitedTo)) session.invitedTo = Number(invitedTo);
const video = new Video(model, session);
session.video = video;
session.onHeard = (line, gid) => {
  if (gid === undefined || isAnnounced(gid)) announce(line, voice.audio);
};
const page: Page = {
  model,
  session,
  voice,
  video,
  name: dataset["name"] ?? "",
  nickname: dataset["nickname"] ?? "",
  secure: dataset["public"]?.startsWith("https:")
    ? new URL(`${location.pathname}${location.search}`, dataset["public"]).href
    : "",
  registration: dataset["registration"] !== "closed",
};
if (dataset["enters"] === "true") {
  session.signOn({ nickname: page.nickname, password: "" }).catch(() => {
    // The model already has the sentence to show.
  });
}
// Browsers allow sound only after a key press or click, anywhere on the page.
for (const event of ["pointerdown", "keydown"]) {
  addEventListener(event, () => voice.unlock());
}
titleFollows(model, document.title);
addEventListener("online", () => session.retryNow());
// After sleep, connections are usually dead.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) session.probe();
});
addEventListener("beforeunload", (event) => {
  if (model.phase === "online" && model.rooms.size > 0) event.preventDefault();
});
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  document.getElementById("app")!,
);
// For tests and the browser's console.
Object.assign(globalThis, { retropal: page });
