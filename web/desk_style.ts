/**
 * The desk's own parts of the style sheet: side menu, tables, charts.
 *
 * @module
 */
export const DESK_STYLE =
  `.with-side { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 1.2rem; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side { background: var(--paper); border: 1px solid var(--edge); border-radius: 7px; padding: 0.4rem; align-self: start; }
.side a { display: block; padding: 0.35rem 0.7rem; border-radius: 4px; text-decoration: none; }
.side a:hover { background: var(--soft); }
.side a[aria-current] { background: var(--soft); font-weight: bold; box-shadow: inset 3px 0 0 var(--bar-to); }
@media (max-width: 56rem) {
  .with-side { grid-template-columns: minmax(0, 1fr); gap: 0.8rem; }
  .side ul { display: flex; overflow-x: auto; }
  .side a { white-space: nowrap; }
  .side a[aria-current] { box-shadow: inset 0 -3px 0 var(--bar-to); }
}
.scroll { position: relative; overflow-x: auto; margin: 0 -0.2rem; padding: 0.2rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
td { overflow-wrap: anywhere; min-width: 5.5rem; }
td.number { min-width: 0; }
th, td { text-align: left; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--edge); vertical-align: top; }
th { color: var(--quiet); font-weight: bold; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tbody tr:hover { background: var(--soft); }
td form { display: inline; }
td .button { margin: 0 0.2rem 0.2rem 0; }
td.wide { overflow-wrap: anywhere; min-width: 12rem; }
td.bytes { font-family: Consolas, "DejaVu Sans Mono", ui-monospace, monospace; font-size: 0.85em; overflow-wrap: anywhere; max-width: 34rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr)); gap: 0.7rem; margin: 0; padding: 0; }
.facts div { background: var(--soft); border-radius: 4px; padding: 0.5rem 0.7rem; }
.facts dt { color: var(--quiet); font-size: 0.85rem; }
.facts dd { margin: 0; font-size: 1.25rem; font-weight: bold; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts dd small { font-size: 0.85rem; font-weight: normal; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
figure { margin: 0; }
figcaption { font-size: 0.9rem; display: flex; justify-content: space-between; gap: 0.5rem; }
.chart { display: block; width: 100%; height: auto; background: var(--soft); border-radius: 4px; }
.chart .area { fill: var(--bar-to); opacity: 0.25; }
.chart .line { fill: none; stroke: var(--bar-to); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.chart .grid { stroke: var(--edge); stroke-width: 1; vector-effect: non-scaling-stroke; }
.chart text { fill: var(--quiet); font-size: 10px; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.4rem; list-style: none; padding: 0; margin: 0 0 0.8rem; }
.tabs a { display: block; padding: 0.25rem 0.8rem; border: 1px solid var(--edge); border-radius: 4px; text-decoration: none; }
.tabs a[aria-current] { background: var(--bar-from); color: var(--bar-ink); }
.search { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; margin-bottom: 0.8rem; }
.search .field { margin: 0; }
.tag { font-size: 0.8rem; border: 1px solid currentcolor; border-radius: 3px; padding: 0 0.3rem; white-space: nowrap; }
.tag.bad { color: var(--bad); }
.tag.on { color: var(--on); }
.tag.warn { color: var(--warn); }
.log { list-style: none; padding: 0; margin: 0; font-size: 0.93rem; }
.log li { padding: 0.25rem 0; border-bottom: 1px solid var(--edge); overflow-wrap: anywhere; }
.command-list { columns: 18rem; list-style: none; padding: 0; }
.command-list li { break-inside: avoid; padding: 0.2rem 0; }
`;
