/**
 * The one style sheet: colours and type, the page's frame, the parts that the
 * pages are made of. The desk's own parts are in desk_style.ts.
 *
 * A wink at 2002 (title bars, bevels, a counter's digits), the rest of today:
 * light and dark, phone and desk, nothing that needs a picture or a font from
 * elsewhere.
 *
 * @module
 */
import { DESK_STYLE } from "./desk_style.ts";

const COLORS = `:root {
  color-scheme: light dark;
  --sky: #dfe9fb;
  --paper: #ffffff;
  --edge: #9db4e0;
  --soft: #eef3fd;
  --ink: #14203a;
  --quiet: #4d5b78;
  --link: #1546b8;
  --bar-from: #0a3fb0;
  --bar-to: #2c74e8;
  --bar-ink: #ffffff;
  --key-from: #ffffff;
  --key-to: #e1e9f8;
  --key-edge: #6f8cc8;
  --on: #1b7f35;
  --off: #8a94a8;
  --warn: #a3560a;
  --bad: #b3162b;
  --bad-soft: #fdeaec;
  --good-soft: #e6f5ea;
  --lamp: #ffd24a;
  --lcd: #10213f;
  --lcd-ink: #7dffb0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --sky: #0d1424;
    --paper: #16203a;
    --edge: #34477a;
    --soft: #1d2a4a;
    --ink: #e6ecfa;
    --quiet: #a9b6d3;
    --link: #8fb4ff;
    --bar-from: #102c6b;
    --bar-to: #1e4fae;
    --key-from: #2b3c68;
    --key-to: #20305a;
    --key-edge: #5a76b8;
    --on: #56d07c;
    --off: #7d89a3;
    --warn: #f0b35a;
    --bad: #ff8593;
    --bad-soft: #3b1a26;
    --good-soft: #143526;
    --lcd: #060b16;
  }
}
`;

const FRAME = `* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--sky);
  color: var(--ink);
  font: 16px/1.5 Tahoma, "Segoe UI", Verdana, "DejaVu Sans", system-ui, sans-serif;
}
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; }
p, li, dd, dt, label, legend, summary, code, .address { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0.4rem 0 0.6rem; }
h3 { font-size: 1rem; }
code, pre, .address { font-family: Consolas, "DejaVu Sans Mono", ui-monospace, monospace; font-size: 0.92em; }
pre { overflow-x: auto; padding: 0.6rem 0.8rem; background: var(--soft); border: 1px solid var(--edge); border-radius: 4px; margin: 0.6rem 0; }
:focus-visible { outline: 3px solid var(--lamp); outline-offset: 2px; box-shadow: 0 0 0 2px var(--ink); }
main:focus { outline: none; box-shadow: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; top: 0; background: var(--paper); padding: 0.5rem 1rem; z-index: 2; }
.skip:focus { left: 0; }
.quiet { color: var(--quiet); }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 1.2rem; padding: 0.4rem max(1rem, calc(50% - 36rem)); background: linear-gradient(var(--bar-to), var(--bar-from)); color: var(--bar-ink); }
.top a, .top button.link { color: inherit; text-decoration: none; }
.brand { display: flex; align-items: center; gap: 0.5rem; font-weight: bold; font-size: 1.1rem; padding: 0.4rem 0; overflow-wrap: anywhere; }
.mark { width: 1.1rem; height: 1.1rem; border-radius: 50%; background: radial-gradient(circle at 35% 30%, #fff3c4, var(--lamp) 45%, #d99c00); box-shadow: 0 0 0 2px rgb(255 255 255 / 40%); flex: none; }
.top nav { margin-left: auto; }
.top ul { display: flex; flex-wrap: wrap; gap: 0.15rem; list-style: none; margin: 0; padding: 0; }
.top nav a, .top nav button.link { display: block; padding: 0.45rem 0.8rem; border-radius: 4px; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.top nav a:hover, .top nav button.link:hover { background: rgb(255 255 255 / 18%); }
.top nav a[aria-current] { background: rgb(255 255 255 / 24%); font-weight: bold; }
.top form { margin: 0; }
button.link { background: none; border: 0; font: inherit; cursor: pointer; }

.frame { max-width: 74rem; margin: 0 auto; padding: 1rem; }
.bottom { text-align: center; color: var(--quiet); font-size: 0.85rem; padding: 0.5rem 1rem 2rem; }
`;

const PARTS =
  `.panel { background: var(--paper); border: 1px solid var(--edge); border-radius: 7px 7px 4px 4px; margin: 0 0 1.2rem; box-shadow: 0 1px 4px rgb(20 40 90 / 14%); min-width: 0; }
.panel > h2 { margin: 0; padding: 0.4rem 0.8rem; font-size: 1rem; color: var(--bar-ink); background: linear-gradient(var(--bar-to), var(--bar-from)); border-radius: 6px 6px 0 0; text-shadow: 0 1px 1px rgb(0 0 0 / 35%); }
.panel > h2::after { content: ""; float: right; width: 3.4rem; height: 0.95rem; margin-top: 0.15rem; border-radius: 3px; opacity: 0.75; background:
  linear-gradient(currentcolor, currentcolor) 0.2rem 0.62rem / 0.5rem 0.13rem no-repeat,
  linear-gradient(currentcolor, currentcolor) 1.45rem 0.2rem / 0.55rem 0.16rem no-repeat,
  linear-gradient(currentcolor, currentcolor) 1.45rem 0.65rem / 0.55rem 0.1rem no-repeat,
  linear-gradient(currentcolor, currentcolor) 1.45rem 0.2rem / 0.1rem 0.5rem no-repeat,
  linear-gradient(currentcolor, currentcolor) 1.9rem 0.2rem / 0.1rem 0.55rem no-repeat,
  linear-gradient(45deg, transparent 44%, currentcolor 44% 56%, transparent 56%) 2.65rem 0.18rem / 0.6rem 0.6rem no-repeat,
  linear-gradient(-45deg, transparent 44%, currentcolor 44% 56%, transparent 56%) 2.65rem 0.18rem / 0.6rem 0.6rem no-repeat,
  linear-gradient(rgb(255 255 255 / 22%), rgb(255 255 255 / 22%)) 0 0 / 1rem 0.95rem no-repeat,
  linear-gradient(rgb(255 255 255 / 22%), rgb(255 255 255 / 22%)) 1.2rem 0 / 1rem 0.95rem no-repeat,
  linear-gradient(rgb(255 255 255 / 22%), rgb(255 255 255 / 22%)) 2.4rem 0 / 1rem 0.95rem no-repeat; }
.panel > .body { padding: 0.8rem; }
.panel > .body > :first-child { margin-top: 0; }
.panel > .body > :last-child, .panel > .body > :last-child > :last-child { margin-bottom: 0; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1.2rem; }
@media (min-width: 56rem) {
  .columns:has(> :nth-child(2)) { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
  .columns { align-items: start; }
}

.button { display: inline-block; font: inherit; font-weight: bold; padding: 0.5rem 1.1rem; color: var(--ink); text-decoration: none; background: linear-gradient(var(--key-from), var(--key-to)); border: 1px solid var(--key-edge); border-radius: 5px; cursor: pointer; box-shadow: inset 0 1px 0 rgb(255 255 255 / 30%), 0 1px 2px rgb(0 0 0 / 15%); }
.button:hover { border-color: var(--link); }
.button:active { box-shadow: inset 0 1px 3px rgb(0 0 0 / 30%); }
.button.danger { color: var(--bad); border-color: var(--bad); }
.button.small { padding: 0.2rem 0.6rem; font-size: 0.9rem; font-weight: normal; }
.quiet-button { font-weight: normal; }
.actions { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; margin: 0.9rem 0; }

.field { margin: 0 0 0.9rem; }
.field label, legend { font-weight: bold; display: block; margin-bottom: 0.2rem; }
.field input:not([type=checkbox]), .field select, .field textarea { font: inherit; color: inherit; width: 100%; max-width: 26rem; padding: 0.45rem 0.55rem; background: var(--paper); border: 1px solid var(--key-edge); border-radius: 4px; box-shadow: inset 0 1px 2px rgb(0 0 0 / 12%); }
.field textarea { max-width: 40rem; min-height: 5rem; }
.field input[aria-invalid] { border-color: var(--bad); }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 0 1.2rem; }
.fields > .field:has(textarea), .fields > fieldset, .fields > details { grid-column: 1 / -1; }
.narrow { max-width: 34rem; }
.narrow .fields { grid-template-columns: minmax(0, 1fr); }
.tick { display: flex; gap: 0.5rem; align-items: baseline; margin-bottom: 0.5rem; }
.tick label { font-weight: normal; margin: 0; }
.help { color: var(--quiet); font-size: 0.88rem; margin: 0.25rem 0 0; max-width: 40rem; }
.fault { color: var(--bad); font-size: 0.92rem; margin: 0.25rem 0 0; }
.fault:empty { display: none; }
fieldset { border: 1px solid var(--edge); border-radius: 4px; margin: 0 0 0.9rem; padding: 0.6rem 0.8rem; }
summary { cursor: pointer; padding: 0.3rem 0; }
details { margin: 0 0 0.9rem; }

.notice { border: 1px solid; border-left-width: 6px; border-radius: 4px; padding: 0.2rem 0.9rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
.notice.done { border-color: var(--on); background: var(--good-soft); }
.notice.failed { border-color: var(--bad); background: var(--bad-soft); }
.notice pre { background: none; border: 0; padding: 0; }
.notice p { margin: 0.5rem 0; }

.hero { padding: 0.6rem 0 0.4rem; }
.hero h1 { font-size: clamp(1.7rem, 5vw, 2.5rem); margin-bottom: 0.2rem; overflow-wrap: anywhere; }
.welcome { font-size: 1.1rem; margin: 0 0 0.6rem; white-space: pre-line; max-width: 46rem; }
.counters { display: flex; flex-wrap: wrap; gap: 0.5rem 1.6rem; list-style: none; padding: 0; margin: 0.9rem 0 1.2rem; }
.counters li { display: flex; align-items: center; gap: 0.6rem; }
.digits { display: inline-flex; background: var(--lcd); border-radius: 4px; padding: 3px; gap: 2px; box-shadow: inset 0 0 0 1px rgb(255 255 255 / 15%); }
.digits i { font: bold 1.15rem/1 Consolas, "DejaVu Sans Mono", monospace; color: var(--lcd-ink); background: rgb(255 255 255 / 7%); padding: 0.22rem 0.2rem; border-radius: 2px; }

.category { margin: 0 0 1.1rem; }
.category h3 { display: flex; justify-content: space-between; gap: 1rem; margin: 0 0 0.2rem; padding: 0 0.4rem 0.15rem 0; border-bottom: 1px solid var(--edge); color: var(--quiet); }
.rooms { list-style: none; margin: 0; padding: 0; }
.room { display: flex; align-items: center; gap: 0.6rem; padding: 0.3rem 0.4rem; border-radius: 4px; }
.room:nth-child(even) { background: var(--soft); }
.room .name { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.room .people { font-weight: bold; min-width: 2ch; text-align: right; }
.room .people.none { color: var(--quiet); font-weight: normal; }
.kind { width: 1.1rem; height: 1.1rem; flex: none; fill: none; stroke: var(--off); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.kind.voice { stroke: var(--on); }
.kind.voice rect { fill: var(--on); }
.lock { display: inline-block; width: 0.6rem; height: 0.5rem; background: var(--warn); border-radius: 1px; position: relative; margin-left: 0.2rem; }
.lock::before { content: ""; position: absolute; left: 0.1rem; top: -0.35rem; width: 0.4rem; height: 0.4rem; border: 2px solid var(--warn); border-bottom: 0; border-radius: 0.3rem 0.3rem 0 0; }
.rating { font-size: 0.75rem; border: 1px solid currentcolor; border-radius: 3px; padding: 0 0.25rem; color: var(--warn); text-decoration: none; }
.speaking { display: inline-flex; align-items: flex-end; gap: 2px; height: 1rem; }
.speaking i { width: 3px; height: 40%; background: var(--on); border-radius: 1px; }
@media (prefers-reduced-motion: no-preference) {
  .speaking i { animation: talk 0.9s ease-in-out infinite alternate; }
  .speaking i:nth-child(2) { animation-delay: -0.5s; }
  .speaking i:nth-child(3) { animation-delay: -0.2s; }
}
.speaking i:nth-child(2) { height: 90%; }
.speaking i:nth-child(3) { height: 60%; }
@keyframes talk { from { height: 25%; } to { height: 100%; } }
.people-list { list-style: none; margin: 0; padding: 0; columns: 11rem; }
.people-list li { padding: 0.15rem 0; overflow-wrap: anywhere; break-inside: avoid; }
.dot { display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 50%; margin-right: 0.2rem; }
.dot.on { background: var(--on); }
.dot.off { border: 2px solid var(--off); }

.steps li, .ladder li { margin-bottom: 0.6rem; }
.ladder { list-style: none; padding: 0; }
.ladder li { padding-left: 1.8rem; position: relative; }
.ladder li::before { content: ""; position: absolute; left: 0.1rem; top: 0.3rem; width: 0.9rem; height: 0.9rem; border-radius: 50%; border: 2px solid var(--off); }
.ladder li.reached::before { background: var(--on); border-color: var(--on); }
.ladder li.ahead strong { font-weight: normal; }
body[data-state=lost] .bottom::before { content: "The page has lost the server and tries again."; display: block; color: var(--bad); }
@media (max-width: 40rem) {
  .top { padding: 0.3rem 1rem; }
  .top nav { margin-left: -0.5rem; }
  .top nav a, .top nav button.link { padding: 0.35rem 0.6rem; }
  .frame { padding: 0.8rem 0.7rem; }
}
@media print { .top nav, .skip, .bottom, form { display: none; } }
`;

export const STYLE = COLORS + FRAME + PARTS + DESK_STYLE;
