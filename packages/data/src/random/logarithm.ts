/** The natural logarithm from +, −, × and ÷ alone. */

/**
 * ln x for 0 < x < √2, within 2 units in the last place. ECMAScript leaves the last bits of Math.log to the engine;
 * IEEE 754 fixes those of the four operations, so this one gives the same bits everywhere.
 */
export const logarithm = (x: number): number => {
  let mantissa = x;
  let halvings = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    halvings++;
  }
  // ln m = 2 artanh((m − 1)/(m + 1)); for √½ ≤ m < √2 the terms left out are below 2⁻⁵⁵.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let k = 21; k >= 1; k -= 2) series = series * square + 1 / k;
  return 2 * s * series - halvings * Math.LN2;
};
