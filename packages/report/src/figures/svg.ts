/** A drawn figure as the text of an SVG file. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkTheme, ensure, type Verdict } from '../check.js';
import type { ReportError } from '../error.js';
import { xmlText } from '../markup.js';
import type { Theme } from '../style/figure-style.js';
import type { Setting } from './canvas.js';

/** How an SVG file is drawn. */
export interface SvgOptions {
  /** `light`, `dark`, or `auto` (the default): as the reader's system is set. Any other is `OutOfRange`. */
  readonly theme?: Theme;
}

function* withTheme(theme: Theme, verdicts: Iterable<Verdict>): Generator<Verdict> {
  yield checkTheme(theme);
  yield* verdicts;
}

/** The file of a figure, unless a verdict on its data, or its theme, stands against it. */
export const svgFile = (
  verdicts: Iterable<Verdict>,
  draw: (setting: Setting) => JSX.Element,
  { theme = 'auto' }: SvgOptions = {},
): Either<ReportError, string> =>
  ensure(withTheme(theme, verdicts), () => `${xmlText(draw({ place: 'file', theme }))}\n`);
