/**
 * The secular equation ‖y(x)‖ = x as one equation in one unknown, free of cancellation.
 *
 * In units of the reference shift s (see spectrum.ts), with ξ = c x / s and a_i the coordinates of b times c s^{-3/2},
 * it reads
 *
 *     φ(ξ) = ξ,   φ(ξ)² = Σ_i ν_i a_i² / (1 − ν_i + ξν_i)².
 *
 * K + c x I turns singular at the pole ξ0. The unknown is the distance t = ξ − ξ0 from it: a root may lie 1e-20 above
 * the pole, and ξ itself could not tell it from the pole. Every denominator is then e_i + ν_i t with e_i ≥ 0 and t ≥ 0.
 */

export interface Secular {
  readonly nu: Float64Array;
  /** Length as ν: coordinates of the right-hand side, in units in which the equation reads φ = ξ. */
  readonly a: Float64Array;
  /** Denominators at the pole, ≥ 0; the first is exactly 0 when `pole` > 0. */
  readonly e: Float64Array;
  /** ξ0 ≥ 0. */
  readonly pole: number;
}

export interface SecularSolution {
  readonly equation: Secular;
  /** Distance from the pole. */
  readonly t: number;
  /** Coordinates of y, see spectrum.ts. */
  readonly z: Float64Array;
  /** Newton steps taken. */
  readonly iterations: number;
}

/**
 * @param definite K is positive definite, so that the pole is not above 0.
 */
export const secular = (nu: Float64Array, a: Float64Array, definite: boolean): Secular => {
  const pole = definite ? 0 : Math.max(0, 1 - 1 / nu[0]);
  const e = nu.map((value) => (pole > 0 ? (nu[0] - value) / nu[0] : Math.max(0, 1 - value)));
  return { nu, a, e, pole };
};

/** a_i / (e_i + ν_i t), with 0/0 = 0: the coordinates of the solution at distance t. */
export const coordinates = ({ nu, a, e }: Secular, t: number): Float64Array =>
  a.map((value, i) => (value === 0 ? 0 : value / (e[i] + nu[i] * t)));

/** ‖y‖ in units of the equation, from its coordinates z: (Σ ν z²)^½. */
export const radius = (nu: Float64Array, z: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < z.length; i++) sum += nu[i] * z[i] * z[i];
  return Math.sqrt(sum);
};

/** The largest of the roots that the terms have each on its own: none lies above the root of the whole. */
const lowerBound = ({ nu, a, e, pole }: Secular): number => {
  let bound = 0;
  for (let i = 0; i < nu.length; i++) {
    const linear = e[i] + nu[i] * pole;
    const constant = Math.sqrt(nu[i]) * Math.abs(a[i]) - e[i] * pole;
    if (constant > 0) {
      bound = Math.max(bound, (2 * constant) / (linear + Math.sqrt(linear * linear + 4 * nu[i] * constant)));
    }
  }
  return bound;
};

/**
 * The root t* of φ = ξ, which must exist (φ > ξ at the pole). Newton's method on 1/φ, whose tangent lies above it
 * because it is concave; the tangent's equation (pole + t)(α + βt) = 1 is solved exactly, so the iterates rise to t*
 * without ever passing it, and quadratically in the end (Conn, Gould and Toint, Trust-Region Methods, section 7.3;
 * Cartis, Gould and Toint 2011, section 6.1, for the cubic).
 */
export const solveSecular = (equation: Secular): SecularSolution => {
  const { nu, pole } = equation;
  let t = lowerBound(equation);
  for (let iterations = 1; ; iterations++) {
    const z = coordinates(equation, t);
    const length = radius(nu, z);
    let fall = 0;
    for (let i = 0; i < z.length; i++) if (z[i] !== 0) fall += (nu[i] * z[i]) ** 2 / (equation.e[i] + nu[i] * t);
    const slope = fall / length ** 3;
    const missing = 1 - (pole + t) / length;
    const linear = 1 / length + slope * (pole + t);
    const step = (2 * missing) / (linear + Math.sqrt(linear * linear + 4 * slope * missing));
    // Also ends where a step is not a number; 200 is far above the 60 that a root next to a pole of tiny weight can
    // take.
    if (!(step > Number.EPSILON * t) || iterations >= 200) {
      return { equation, t, z, iterations };
    }
    t += step;
  }
};
