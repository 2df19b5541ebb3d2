/** What a summary's graph put out, as numbers. */

import { type MeasuredSummary, summaryNumbers } from '@hograd/newton-summary';
import { numbers, type Tensors } from './tensors.js';

/** The outputs loss, gbar, Hbar and D3 over `count` examples. */
export const measuredSummary = ({ loss, gbar, Hbar, D3 }: Tensors, count: number): MeasuredSummary => ({
  count,
  loss: numbers(loss!)[0]!,
  ...summaryNumbers({ gbar: gbar!, Hbar: Hbar!, D3: D3! }),
});
