/** Whether what is timed computes the same numbers: each summary against the gradient and the product with the Hessian. */

import type { Input, Tensor } from '@hograd/graph-builder';
import { numbers, type Tensors } from '../training/tensors.js';
import { GRADIENT, PRODUCT } from './tasks.js';

/** Outputs by task, and by name. */
export type Answers = Readonly<Record<string, Tensors>>;

export interface Agreement {
  /** The largest difference, as a fraction of the sum of the entries' sizes. */
  readonly difference: number;
  readonly agrees: boolean;
}

/** Sums over thousands of terms and many layers; a wrong formula misses by much more. */
const TOLERANCE = { float32: 1e-3, float64: 1e-9 };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const apart = (entries: readonly number[], total: number): number => {
  const scale = sum(entries.map(Math.abs));
  const difference = Math.abs(sum(entries) - total);
  return scale > 0 ? difference / scale : difference;
};

/**
 * Along u = ∇L the entries of ḡ add up to |u|², and those of H̄ to u·(Hu), whatever the partition (arXiv 2312.03885, §3: a coarser
 * group's entries are sums). D3 has no such sum: engines are compared with one another.
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
  const summaries = Object.values(answers).filter(({ gbar }) => gbar !== undefined);
  const thirds = summaries.flatMap(({ D3 }) => (D3 === undefined ? [] : [numbers(D3)]));
  const entries = (pick: (values: Tensors) => Tensor | undefined): readonly (readonly number[])[] =>
    summaries.map(pick).flatMap((value) => (value === undefined ? [] : [numbers(value)]));
  const slope = inner(GRADIENT);
  const curvature = answers[PRODUCT] === undefined ? 0 : inner(PRODUCT);
  const difference = Math.max(
    ...entries(({ gbar }) => gbar).map((gbar) => apart(gbar, slope)),
    ...entries(({ Hbar }) => Hbar).map((Hbar) => apart(Hbar, curvature)),
    ...thirds.map((D3) => {
      const scale = sum(thirds[0]!.map(Math.abs));
      return scale > 0 ? Math.max(...D3.map((d, s) => Math.abs(d - thirds[0]![s]!))) / scale : 0;
    }),
  );
  return { difference, agrees: difference <= TOLERANCE[parameters[0]!.dtype as keyof typeof TOLERANCE] };
};
