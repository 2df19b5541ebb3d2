/** Whether what is timed computes the same numbers: each summary against the gradient and the product with the Hessian. */

import type { Input } from '@hograd/graph-builder';
import { numbers, type Tensors } from '../training/tensors.js';
import { GRADIENT, PRODUCT } from './tasks.js';

/** Outputs by task, and by name. */
export type Answers = Readonly<Record<string, Tensors>>;

export interface Agreement {
  /** Of `gbar`, `Hbar` and `D3`, those that there was something to compare with. */
  readonly compared: readonly string[];
  /** The largest difference, as a fraction of the sum of the entries' sizes. */
  readonly difference: number;
  readonly agrees: boolean;
}

/** Sums over thousands of terms and many layers; a wrong formula misses by much more. */
const TOLERANCE = { float32: 1e-3, float64: 1e-9 };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const relative = (difference: number, entries: readonly number[]): number => {
  const scale = sum(entries.map(Math.abs));
  return scale > 0 ? difference / scale : difference;
};

/** How far the sum of the entries is from what it must be. */
const apart = (entries: readonly number[], total: number): number => relative(Math.abs(sum(entries) - total), entries);

const farthest = (some: readonly number[], others: readonly number[]): number =>
  relative(Math.max(...some.map((value, s) => Math.abs(value - others[s]!))), others);

/**
 * Along u = ∇L the entries of ḡ add up to |u|², and those of H̄ to u·(Hu), whatever the partition (arXiv 2312.03885, §3: a coarser
 * group's entries are sums). D3 has no such sum: it is compared where there are two
 * engines.
 */
export const agreementOf = (answers: Answers, parameters: readonly Input[]): Agreement => {
  const inner = (task: string): number =>
    sum(
      parameters.map(({ attributes: { name } }) => {
        const u = answers[GRADIENT]![`${GRADIENT}.${name}`]!.data as Float64Array;
        const v = answers[task]![`${task}.${name}`]!.data;
        return u.reduce((total, value, i) => total + value * Number(v[i]), 0);
      }),
    );
  const entries = (name: string): readonly (readonly number[])[] =>
    Object.values(answers).flatMap(({ [name]: value }) => (value === undefined ? [] : [numbers(value)]));
  const [D3, ...others] = entries('D3');
  const differences = {
    gbar: entries('gbar').map((gbar) => apart(gbar, inner(GRADIENT))),
    Hbar: entries('Hbar').map((Hbar) => apart(Hbar, inner(PRODUCT))),
    D3: others.map((other) => farthest(other, D3!)),
  };
  const difference = Math.max(...Object.values(differences).flat());
  return {
    compared: Object.entries(differences).flatMap(([name, { length }]) => (length > 0 ? [name] : [])),
    difference,
    agrees: difference <= TOLERANCE[parameters[0]!.dtype as keyof typeof TOLERANCE],
  };
};
