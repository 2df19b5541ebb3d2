/** Refuses what is not a cubic subproblem, with an error that names the entry. */

import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { CubicError } from './error.js';
import { negativeD, negativeLambda, notFinite, notSymmetric, wrongLength } from './error.js';
import type { CubicProblem } from './problem.js';
import type { System } from './system.js';

/** H̄ assembled in float32 is symmetric to a few units of 6e-8. */
const asymmetryTolerance = 1e-6;

const lengthError = ({ H, g, d }: CubicProblem): CubicError | undefined => {
  if (H.length === 0) return wrongLength('H is empty');
  const row = H.findIndex((entries) => entries.length !== H.length);
  if (row >= 0) return wrongLength(`H has ${H.length} rows but row ${row} has ${H[row].length} entries`);
  if (g.length !== H.length) return wrongLength(`H has ${H.length} rows but g has ${g.length} entries`);
  if (d.length !== H.length) return wrongLength(`H has ${H.length} rows but d has ${d.length} entries`);
  return undefined;
};

const finitenessError = ({ H, g, d, lambda }: CubicProblem): CubicError | undefined => {
  for (let s = 0; s < H.length; s++) {
    for (let t = 0; t < H.length; t++) if (!Number.isFinite(H[s][t])) return notFinite('H', [s, t], H[s][t]);
    if (!Number.isFinite(g[s])) return notFinite('g', [s], g[s]);
    if (!Number.isFinite(d[s])) return notFinite('d', [s], d[s]);
  }
  return Number.isFinite(lambda) ? undefined : notFinite('lambda', [], lambda);
};

const signError = ({ d, lambda }: CubicProblem): CubicError | undefined => {
  const group = d.findIndex((value) => value < 0);
  if (group >= 0) return negativeD(group, d[group]);
  return lambda < 0 ? negativeLambda(lambda) : undefined;
};

const symmetryError = ({ H }: CubicProblem): CubicError | undefined => {
  for (let s = 0; s < H.length; s++) {
    for (let t = 0; t < s; t++) {
      if (H[s][t] === H[t][s]) continue;
      const scale = Math.max(
        Math.abs(H[s][t]),
        Math.abs(H[t][s]),
        Math.sqrt(Math.abs(H[s][s])) * Math.sqrt(Math.abs(H[t][t])),
      );
      if (Math.abs(H[s][t] - H[t][s]) > asymmetryTolerance * scale) return notSymmetric(t, s, H[t][s], H[s][t]);
    }
  }
  return undefined;
};

/** The problem as a {@link System}, with H replaced by its symmetric part, or the first thing that is wrong with it. */
export const validate = (problem: CubicProblem): Either<CubicError, System> => {
  const error = lengthError(problem) ?? finitenessError(problem) ?? signError(problem) ?? symmetryError(problem);
  if (error !== undefined) return left(error);
  const size = problem.g.length;
  const H = new Float64Array(size * size);
  for (let s = 0; s < size; s++) {
    for (let t = 0; t < size; t++) H[s * size + t] = problem.H[s][t] / 2 + problem.H[t][s] / 2;
  }
  return right({
    size,
    H,
    g: Float64Array.from(problem.g),
    d: Float64Array.from(problem.d),
    c: problem.lambda / 2,
  });
};
