/** The page's style, for light and dark mode, screen and paper. No external fonts or files. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --ink: #1f2328; --faint: #5b636d; --line: #dfe2e6; --card: #ffffff;
  --stored: #4a7fb5; --rejected: #d98a1f; --dead: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --ink: #e6e8eb; --faint: #9aa4af; --line: #2d333b; --card: #1c2127;
    --stored: #6ba3dc; --rejected: #e8a94a; --dead: #f0695f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: 2.5rem 1.5rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif;
}
header p { margin: 0; color: var(--faint); }
h1 { margin: .1rem 0 .6rem; font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; }
header .headline { color: var(--ink); font-size: 1.1rem; }
h2 { margin: 2.6rem 0 .8rem; font-size: 1.15rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.6rem 0 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; }
.tile dt { color: var(--faint); font-size: .82rem; }
.tile dd { margin: 0; font-size: 1.55rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.tile dd small { display: block; font-size: .82rem; color: var(--faint); }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: .15em; margin-right: .4em; }
.swatch.stored { background: var(--stored); } .swatch.rejected { background: var(--rejected); } .swatch.dead { background: var(--dead); }
svg { display: block; width: 100%; height: auto; }
svg .stored { fill: var(--stored); } svg .rejected { fill: var(--rejected); } svg .dead { fill: var(--dead); }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
svg line { stroke: var(--line); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; padding: .45rem .7rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { color: var(--faint); font-weight: 600; font-size: .82rem; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { overflow-wrap: anywhere; min-width: 8rem; }
code { font: .85em ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; }
.none { color: var(--faint); }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .85rem; max-width: 46rem; }
@media print {
  :root {
    --paper: #fff; --ink: #000; --faint: #444; --line: #bbb; --card: #fff;
    --stored: #4a7fb5; --rejected: #d98a1f; --dead: #b3261e;
  }
  body { max-width: none; padding: 0; font-size: 11pt; }
  .tile, svg, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  svg rect, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
