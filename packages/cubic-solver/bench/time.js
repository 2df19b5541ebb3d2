/** Prints the median time of solveCubic: `npm run build && node packages/cubic-solver/bench/time.js`. */

import { solveCubic } from '../dist/index.js';

/** Uniform in (0, 1), the same numbers on every machine. */
const generator = (seed) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
};

const uniform = generator(1);
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

/** Random symmetric H (indefinite, unless S = 1), normal g, d = |normal|, λ = 1. */
const problem = (size) => {
  const H = Array.from({ length: size }, () => new Array(size).fill(0));
  for (let s = 0; s < size; s++) {
    for (let t = 0; t <= s; t++) {
      H[s][t] = normal();
      H[t][s] = H[s][t];
    }
  }
  return {
    H,
    g: Array.from({ length: size }, normal),
    d: Array.from({ length: size }, () => Math.abs(normal())),
    lambda: 1,
  };
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

console.log('  S   median of solveCubic, ms');
for (const [size, repetitions] of [
  [1, 2000],
  [8, 2000],
  [18, 1000],
  [42, 1000],
  [100, 50],
  [200, 20],
]) {
  const problems = Array.from({ length: 20 }, () => problem(size));
  const times = Array.from({ length: repetitions + 20 }, (_, k) => {
    const start = performance.now();
    const result = solveCubic(problems[k % problems.length]);
    const time = performance.now() - start;
    if (result._tag === 'Left') throw new Error(result.left.message);
    return time;
  });
  console.log(`${String(size).padStart(3)}   ${median(times.slice(20)).toFixed(3)}`);
}
