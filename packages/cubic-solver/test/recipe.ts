/** Random problems for fast-check, and the solution of those that must have one. */

import fc from 'fast-check';
import type { CubicProblem, CubicSolution } from '../src/index.js';
import { solveCubic } from '../src/index.js';
import type { Recipe } from './problems.js';
import { kinds } from './problems.js';

export const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
export const recipe = (size: fc.Arbitrary<number>): fc.Arbitrary<Recipe> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    size,
    seed,
    scale: fc.integer({ min: -12, max: 12 }),
    spread: fc.constantFrom(0, 0, 3, 20, 40),
  });

export const solved = (p: CubicProblem): CubicSolution => {
  const result = solveCubic(p);
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right;
};
