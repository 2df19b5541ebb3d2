/** A loss as terminals show it. */

/** From here on it is written with an exponent. */
const LARGE = 1e6;

export const lossText = (loss: number): string => (Math.abs(loss) < LARGE ? loss.toFixed(4) : loss.toExponential(4));
