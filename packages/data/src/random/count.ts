/** How many random numbers there are to be. */

/** Throws RangeError for a number that is not a whole one from 0 to 2³² − 1. */
export const requireCount = (count: number): number => {
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 32) return count;
  throw new RangeError(`${count} random numbers are asked for; give a whole number from 0, below 2^32`);
};
