/** Standard normal numbers from a seed. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';

/**
 * A source of independent standard normal numbers: Marsaglia's polar method (SIAM Review 6, 1964) over a Mersenne twister, whose
 * seeding keeps neighbouring seeds apart. The source advances with every call, so it stays inside the function that asked for it.
 */
export const normalSource = (seed: number): (() => number) => {
  const generator = mersenne(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniformFloat64(generator) - 1;
      const v = 2 * uniformFloat64(generator) - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  };
};
