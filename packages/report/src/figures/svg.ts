/** A drawn figure as the text of an SVG file. */

import type { JSX } from 'preact';
import { xmlText } from '../markup.js';
import type { Theme } from '../style/figure-style.js';
import type { Setting } from './canvas.js';

/** How an SVG file is drawn. */
export interface SvgOptions {
  /** `light`, `dark`, or `auto` (the default): as the reader's system is set. */
  readonly theme?: Theme;
}

export const svgText = (draw: (setting: Setting) => JSX.Element, { theme = 'auto' }: SvgOptions = {}): string =>
  `${xmlText(draw({ place: 'file', theme }))}\n`;
