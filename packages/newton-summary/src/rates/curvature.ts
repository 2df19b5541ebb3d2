/** H̄ as the solver sees it: symmetric, with its ridge, whole or its diagonal alone. */

import type { RatesOptions } from '../options/rates.js';
import { symmetric } from './symmetric.js';

/** What the ridge adds at one place of the diagonal. */
const ridgeAt = ({ ridge }: Pick<RatesOptions, 'ridge'>, h: number, d: number): number => {
  switch (ridge.kind) {
    case 'none':
      return 0;
    case 'absolute':
      return ridge.epsilon;
    case 'diagonal':
      return ridge.factor * Math.abs(h);
    case 'cubic-metric':
      return ridge.factor * d * d;
  }
};

/** The curvature of the cubic subproblem from H̄ [S][S], d [S] and what else is added to the diagonal, `raise` [S]. */
export const regularizedCurvature =
  (options: Pick<RatesOptions, 'ridge' | 'diagonal'>) =>
  (
    Hbar: readonly (readonly number[])[],
    d: readonly number[],
    raise: readonly number[],
  ): readonly (readonly number[])[] =>
    symmetric(Hbar).map((row, s) =>
      row.map((h, t) => {
        if (s === t) return h + ridgeAt(options, h, d[s]!) + raise[s]!;
        // What is not a number is left for the solver to refuse.
        return options.diagonal && Number.isFinite(h) ? 0 : h;
      }),
    );
