/** The style sheet of figures: classes with literal colours, no CSS variables, so that editors without a CSS engine read it too. */

import type { Palette, Scheme } from './palette.js';
import { inkOn, palettes } from './palette.js';

/** `auto` follows the reader's setting; on paper it is light. */
export type Theme = Scheme | 'auto';

export const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif';

/** Dashes tell the ninth series from the first, and biases from weights. */
const DASHES = ['none', '7 3', '2 3', '8 3 2 3'];

const structure = [
  `.hf{font-family:${FONT};font-size:12px}`,
  '.hf .tick{font-size:11px}',
  '.hf .axis-title{font-size:12px}',
  '.hf .panel-title{font-size:13px;font-weight:600}',
  '.hf .note{font-size:12px}',
  '.hf text{font-variant-numeric:tabular-nums}',
  '.hf .grid,.hf .axis,.hf .leader,.hf .stem,.hf .identity{fill:none;stroke-width:1}',
  '.hf .identity{stroke-dasharray:4 3}',
  '.hf .line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}',
  '.hf .line.bias{stroke-dasharray:5 3}',
  '.hf .band{stroke:none;fill-opacity:.16}',
  '.hf .point{stroke-width:1}',
  '.hf .median{fill:none;stroke-width:3}.hf .quartiles{fill:none;stroke-width:1.5}.hf .crowd{fill-opacity:.5;stroke:none}',
  '.hf .cells path{shape-rendering:crispEdges}',
  '.hf .cursor{fill:none;stroke-width:2;pointer-events:none;visibility:hidden}',
  ...DASHES.map((dash, k) => `.hf .dash${k}{stroke-dasharray:${dash}}`),
].join('');

/** The ink of the number in a cell of each colour: two rules that list the classes. */
const inks = (palette: Palette): readonly string[] => {
  const cells = [
    ['on-z', palette.zero] as const,
    ...palette.positive.map((color, k) => [`on-p${k + 1}`, color] as const),
    ...palette.negative.map((color, k) => [`on-n${k + 1}`, color] as const),
  ];
  return (['#000000', '#ffffff'] as const).map((ink) => {
    const selectors = cells.filter(([, color]) => inkOn(color) === ink).map(([name]) => `.hf .${name}`);
    return `${selectors.join()}{fill:${ink}}`;
  });
};

const colours = (palette: Palette): string =>
  [
    `.hf text{fill:${palette.ink}}`,
    `.hf .tick,.hf .axis-title,.hf .muted{fill:${palette.muted}}`,
    `.hf .note{fill:${palette.muted}}.hf .gap{fill:${palette.warning}}`,
    `.hf .background{fill:${palette.surface}}`,
    `.hf .grid{stroke:${palette.grid}}`,
    `.hf .axis,.hf .identity,.hf .zero-line{stroke:${palette.axis}}`,
    `.hf .leader{stroke:${palette.axis};stroke-opacity:.55}`,
    `.hf .cursor,.hf .median,.hf .quartiles{stroke:${palette.ink}}`,
    `.hf .point{stroke:${palette.surface}}`,
    `.hf .z{fill:${palette.zero}}`,
    `.hf .nan{fill:${palette.surface};stroke:${palette.warning}}`,
    ...inks(palette),
    ...palette.positive.map((color, k) => `.hf .p${k + 1}{fill:${color}}`),
    ...palette.negative.map((color, k) => `.hf .n${k + 1}{fill:${color}}`),
    ...palette.series.map((color, k) => `.hf .f${k}{fill:${color}}.hf .s${k}{stroke:${color}}`),
    ...palette.depth.map((color, k) => `.hf .df${k}{fill:${color}}.hf .ds${k}{stroke:${color}}`),
  ].join('');

/** The style sheet for one theme. Everything is scoped to class `hf`. */
export const figureStyle = (theme: Theme): string =>
  theme === 'auto'
    ? `${structure}${colours(palettes.light)}@media screen and (prefers-color-scheme:dark){${colours(palettes.dark)}}`
    : structure + colours(palettes[theme]);
