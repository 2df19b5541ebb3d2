/** Points on the unit circle, as exact as numbers are. */

/**
 * cos and sin of 2πk / n for whole k and n ≥ 1. Reduced to an eighth of a turn in whole numbers first: exactly periodic and
 * symmetric, and exactly 0, 1 or −1 at whole quarters of a turn.
 */
export const onCircle = (k: number, n: number): readonly [number, number] => {
  const turn = k % n;
  const quarter = Math.round((4 * turn) / n);
  const angle = (Math.PI / 2) * ((4 * turn - quarter * n) / n);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return [c, s];
    case 1:
      return [-s, c];
    case 2:
      return [-c, -s];
    default:
      return [s, -c];
  }
};
