import { colours } from './chart/look.ts'

const paints = (side: 'light' | 'dark') =>
  Object.entries(colours)
    .map(([name, both]) => `--${name}:${both[side]};`)
    .join('')

/** Text has a contrast of 4.5 to 1 at least (WCAG 2.2, 1.4.3), lines and marks of 3 to 1. */
const light = `--page:#fff;--raised:#f5f7f9;--ink:#1b2127;--quiet:#4c5862;--rule:#e1e6ea;--axis:#7a858f;--link:#005a96;${paints('light')}`
const dark = `--page:#14181d;--raised:#1d232a;--ink:#e8edf2;--quiet:#aab5bf;--rule:#2f3841;--axis:#7f8a95;--link:#7cc4f5;${paints('dark')}`

/** The colours alone, by the names under which charts know them. */
export const paintStyle = `:root{${light}}@media (prefers-color-scheme:dark){:root{${dark}}}`

/** The page's looks: one column on a phone, panels side by side on a desk, black on white on paper. */
export const pageStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 16px}
h1{font-size:1.7rem;line-height:1.2;margin:24px 0 4px}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 4px}
h3{font-size:1.05rem;margin:20px 0 4px;overflow-wrap:anywhere}
section{margin:0;padding:28px 0 12px;border-top:1px solid var(--rule)}
section:first-child{border-top:0;padding-top:8px}
p{margin:.4em 0}
a{color:var(--link)}
.skip{position:absolute;left:-9999px}
.skip:focus{left:8px;top:8px;background:var(--page);padding:8px;z-index:3}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.run,.note,.setting,.lead,.lacking{color:var(--quiet)}
.run,.note{font-size:.85rem}
.run,.note,.answer,.setting,dd,td,th,.legend,figcaption,.finding,.figure{overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;padding:0;margin:10px 0;font-size:.9rem}
nav a{display:inline-block;padding:3px 0}
.answer{font-size:1.3rem;line-height:1.4;font-weight:600;max-width:60em;margin:8px 0}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px 32px;align-items:start}
dl{margin:8px 0}
dt{font-weight:600;margin-top:8px}
dd{margin:0}
.claims{border:1px solid var(--rule);border-radius:8px}
.claim+.claim{border-top:1px solid var(--rule)}
.claim{padding:0 14px}
.claim>summary{padding:10px 0}
.claim .id{font-weight:700;display:inline-block;min-width:2.6em}
.verdict{font-weight:700;white-space:nowrap;border:1px solid;border-radius:1em;padding:1px 10px;margin-left:6px;font-size:.9rem}
.holds{color:var(--good)}.fails{color:var(--bad)}.depends{color:var(--mixed)}.open,.none{color:var(--quiet)}
.finding,.figure{display:block;max-width:62em;margin:2px 0 0 2.6em;font-size:.95rem}
.figure{color:var(--quiet);font-size:.9rem}
:root{--good:#00674b;--bad:#a84300;--mixed:#005a96}
@media (prefers-color-scheme:dark){:root{--good:#2fc79a;--bad:#f28c38;--mixed:#7cc4f5}}
summary{cursor:pointer}
details>summary{padding:4px 0}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:24px 28px;align-items:start;margin:12px 0}
figure{margin:0;min-width:0;break-inside:avoid;position:relative}
figcaption{font-weight:600;font-size:.95rem;line-height:1.3}
.plot{position:relative;max-width:480px}
.plot svg{display:block;width:100%;height:auto;overflow:visible}
.plot text{font-size:12px;font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.legend{list-style:none;padding:0;margin:4px 0;font-size:.85rem;line-height:1.35}
.legend li,.legend button{display:flex;align-items:baseline;gap:7px;text-align:left}
.legend button{all:unset;box-sizing:border-box;display:flex;align-items:baseline;gap:7px;cursor:pointer;min-height:24px;width:100%}
.legend button:focus-visible{outline:3px solid var(--link)}
.legend button[aria-pressed=false] span{text-decoration:line-through;color:var(--quiet)}
.legend button[aria-pressed=false] svg{opacity:.35}
.swatch{width:28px;height:12px;flex:none}
[data-off]{display:none}
.tip{position:absolute;pointer-events:none;background:var(--ink);color:var(--page);font-size:.8rem;line-height:1.3;padding:4px 8px;border-radius:4px;max-width:240px;z-index:2;overflow-wrap:anywhere}
.paper{display:none}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;font-size:.85rem;line-height:1.35;min-width:100%}
caption{text-align:left;font-weight:600;padding:4px 0}
th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--rule);min-width:3.2em;max-width:34em}
td{font-variant-numeric:tabular-nums}
tbody th{font-weight:400;min-width:9em}
.number{text-align:right;white-space:nowrap}
thead th{overflow-wrap:normal}
thead .number{white-space:normal}
td:not(.number){min-width:6em}
pre{background:var(--raised);padding:10px 12px;border-radius:6px;overflow-x:auto;font-size:.85rem;max-height:32em}
pre code{white-space:pre-wrap;overflow-wrap:anywhere}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{padding-bottom:40px;color:var(--quiet);font-size:.85rem;border-top:1px solid var(--rule);margin-top:24px}
@media print{
:root{${light}--good:#00674b;--bad:#a84300;--mixed:#005a96}
body{font-size:10.5pt}
nav,.skip,.more>summary{display:none}
.claim::details-content,.more::details-content{content-visibility:visible;block-size:auto}
.claim{break-inside:auto}
.claim>summary{break-after:avoid;break-inside:avoid}
header,main,footer{max-width:none;padding:0}
.panels,.beside{grid-template-columns:repeat(2,1fr);gap:14px 20px}
.scroll,pre{overflow:visible;max-height:none}
table{font-size:7.5pt}
th,td{padding-right:6px}
td:not(.number),tbody th{min-width:0}
figure details{display:none}
.paper{display:block}
h2,h3,figcaption{break-after:avoid}
tr{break-inside:avoid}
}
`
