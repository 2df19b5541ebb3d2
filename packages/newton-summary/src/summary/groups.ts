/** The number of groups of a summary. */

import type { SummaryNumbers } from './numbers.js';

/** S. Throws RangeError where ḡ, H̄ and D3 are not all of as many groups. */
export const groupsOf = ({ gbar, Hbar, D3 }: SummaryNumbers): number => {
  const odd = [D3, Hbar, ...Hbar].find((values) => values.length !== gbar.length);
  if (odd) {
    throw new RangeError(
      `a summary's gbar is of ${gbar.length} groups and another of its tensors of ${odd.length}; measure all over one partition`,
    );
  }
  return gbar.length;
};
