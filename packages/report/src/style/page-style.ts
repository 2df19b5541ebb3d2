/** The style sheet of pages around the figures. */

import { FONT, figureStyle } from './figure-style.js';
import type { Palette } from './palette.js';
import { palettes } from './palette.js';

/** The most tabs one set can have: a rule is written for each. */
export const MOST_TABS = 8;

const tabRules = Array.from(
  { length: MOST_TABS },
  (_, k) => `.tabs>input:nth-of-type(${k + 1}):checked~.panel:nth-of-type(${k + 1})`,
).join();

const structure = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;font:16px/1.55 ${FONT}}
main{max-width:1160px;margin:0 auto;padding:32px 24px 64px}
header{margin-bottom:28px}
.eyebrow{margin:0 0 4px;font-size:.85rem;letter-spacing:.04em}
h1{margin:0 0 12px;font-size:1.9rem;line-height:1.2;font-weight:650;overflow-wrap:anywhere}
.subtitle{margin:-6px 0 14px;overflow-wrap:anywhere}
.remark{font-size:.92rem;overflow-wrap:anywhere}
h2{margin:0 0 6px;font-size:1.25rem;line-height:1.3}
h3{margin:0 0 4px;font-size:1rem}
p{margin:0 0 8px;max-width:78ch}
.headline{font-size:1.1rem;line-height:1.45;max-width:76ch;overflow-wrap:anywhere}
.facts{display:flex;flex-wrap:wrap;gap:10px 28px;margin:18px 0 0;padding:0}
.facts div{min-width:84px}
dt{font-size:.78rem}
.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
section{border-radius:12px;padding:22px 24px;margin:0 0 20px}
figure{margin:16px 0 0}
figcaption p{font-size:.92rem}
.picture{overflow-x:auto;position:relative;margin-top:8px}
.picture svg{display:block;max-width:100%;height:auto}
.picture svg.on-narrow{display:none}
.zoomable:focus{outline-offset:-2px}
.zoomable.active{cursor:grab;touch-action:none}
.zoomable.active:active{cursor:grabbing}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:0 24px}
.tabs{margin-top:12px}
.tabs>input{position:absolute;opacity:0;pointer-events:none}
.tabs>label{display:inline-block;padding:5px 12px;margin:0 6px 6px 0;border-radius:999px;font-size:.9rem;cursor:pointer;border:1px solid}
.tabs>.panel{display:none}
${tabRules}{display:block}
.table{overflow-x:auto;margin-top:12px}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:6px;font-size:.92rem}
th,td{padding:5px 12px 5px 0;text-align:right;white-space:nowrap;border-bottom:1px solid;vertical-align:top}
th:first-child,td.text,th.text{text-align:left}
tbody th{font-weight:500;max-width:340px;overflow:hidden;text-overflow:ellipsis}
td.wrap{white-space:normal;min-width:200px;text-align:left}
summary{cursor:pointer;margin-top:12px}
ul.refusals{padding-left:20px;margin:8px 0 0}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.zoom{display:flex;align-items:center;gap:6px;font-size:.85rem;margin-top:6px;flex-wrap:wrap}
button{font:inherit;font-size:.85rem;padding:3px 10px;border-radius:8px;border:1px solid;cursor:pointer}
.tip{position:fixed;z-index:2;pointer-events:none;padding:6px 10px;border-radius:8px;font-size:.85rem;max-width:min(420px,90vw);overflow-wrap:anywhere;white-space:pre-line;box-shadow:0 2px 10px rgba(0,0,0,.25);visibility:hidden;left:0;top:0}
.curves.chosen .curve:not(.near){opacity:.18}
.curves.chosen .curve.near .line{stroke-width:3}
dl.provenance{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:.9rem}
dl.provenance dd{margin:0;overflow-wrap:anywhere}
dl.provenance dt{font-size:.9rem}
@media (max-width:720px){.picture svg.on-broad{display:none}.picture svg.on-narrow{display:block;width:100%;max-width:400px}.picture svg.wide{max-width:none;width:680px}figure:has(svg.wide) figcaption:after{content:"Swipe sideways to see all of it \\2192";font-size:.85rem}}
@media (max-width:640px){main{padding:20px 12px 40px}section{padding:16px 14px}h1{font-size:1.5rem}dl.provenance{grid-template-columns:1fr;gap:0}dl.provenance dd{margin-bottom:8px}}
@media print{.tabs>.panel{display:block}.tabs>label,.zoom,button{display:none}section{break-inside:avoid;border:1px solid #ccc}}
`.replaceAll('\n', '');

/** A shadow at the edge behind which a wide table goes on: the covers scroll with the table, the shadows stay. */
const scrollShadows = ({ surface, axis }: Palette): string => {
  const cover = (side: string): string => `linear-gradient(to ${side},${surface} 30%,transparent)`;
  const shadow = (side: string): string => `linear-gradient(to ${side},${axis}a0,transparent)`;
  return (
    `.table{background:${cover('right')} 0 0/40px 100%,${cover('left')} 100% 0/40px 100%,` +
    `${shadow('right')} 0 0/10px 100%,${shadow('left')} 100% 0/10px 100%;` +
    'background-repeat:no-repeat;background-attachment:local,local,scroll,scroll}'
  );
};

const colours = (palette: Palette): string =>
  [
    `body{background:${palette.page};color:${palette.ink}}`,
    `section{background:${palette.surface};border:1px solid ${palette.grid}}`,
    `.eyebrow,.subtitle,.remark,dt,figcaption p,figcaption:after,.reading,caption,.zoom{color:${palette.muted}}`,
    scrollShadows(palette),
    `.warning{color:${palette.warning}}`,
    `th,td{border-color:${palette.grid}}thead th{color:${palette.muted};border-color:${palette.axis}}`,
    `a,summary{color:${palette.accent}}`,
    `.tabs>label{border-color:${palette.axis};color:${palette.muted}}`,
    `.tabs>input:checked+label{background:${palette.accent};border-color:${palette.accent};color:${palette.surface}}`,
    `.tabs>input:focus-visible+label,.zoomable:focus-visible,button:focus-visible{outline:2px solid ${palette.accent};outline-offset:2px}`,
    `button{background:${palette.surface};color:${palette.ink};border-color:${palette.axis}}`,
    `.tip{background:${palette.ink};color:${palette.surface}}`,
  ].join('');

/** One style sheet for a whole page, figures included. */
export const pageStyle: string = `:root{color-scheme:light dark}${structure}${colours(palettes.light)}@media screen and (prefers-color-scheme:dark){${colours(palettes.dark)}}${figureStyle('auto')}`;
