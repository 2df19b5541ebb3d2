/** What a summary's graph put out, as numbers. */

import type { MeasuredSummary } from '@hograd/newton-summary';
import { numbers, type Tensors } from './tensors.js';

/** A square matrix of `size` rows from its entries in a row. */
export const rowsOf = (flat: readonly number[], size: number): readonly (readonly number[])[] =>
  Array.from({ length: size }, (_, s) => flat.slice(s * size, (s + 1) * size));

/** The outputs loss, gbar, Hbar and D3 over `count` examples. */
export const measuredSummary = ({ loss, gbar, Hbar, D3 }: Tensors, count: number): MeasuredSummary => {
  return {
    count,
    loss: numbers(loss!)[0]!,
    gbar: numbers(gbar!),
    Hbar: rowsOf(numbers(Hbar!), gbar!.data.length),
    D3: numbers(D3!),
  };
};
