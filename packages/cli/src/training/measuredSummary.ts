/** What a summary's graph put out, as numbers. */

import type { MeasuredSummary } from '@hograd/newton-summary';
import { numbers, type Tensors } from './tensors.js';

/** The outputs loss, gbar, Hbar and D3 over `count` examples. */
export const measuredSummary = ({ loss, gbar, Hbar, D3 }: Tensors, count: number): MeasuredSummary => {
  const flat = numbers(Hbar!);
  const size = gbar!.data.length;
  return {
    count,
    loss: numbers(loss!)[0]!,
    gbar: numbers(gbar!),
    Hbar: Array.from({ length: size }, (_, s) => flat.slice(s * size, (s + 1) * size)),
    D3: numbers(D3!),
  };
};
