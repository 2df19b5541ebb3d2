/**
 * The shift s at which K + sI is factored: positive definite, and between 2 and 8 times the c x that solves the
 * problem.
 */

import { cholesky, solveLower, solveUpper } from './cholesky.js';
import { norm } from './vector.js';

export interface ReferenceShift {
  readonly shift: number;
  /** L with L Lᵀ = K + shift·I. */
  readonly factor: Float64Array;
  readonly factorizations: number;
}

const shiftDiagonal = (K: Float64Array, size: number, shift: number): Float64Array => {
  const shifted = K.slice();
  for (let i = 0; i < size; i++) shifted[i * size + i] += shift;
  return shifted;
};

/** The positive root u of u (κ + u) = q², written so that nothing cancels. */
const positiveRoot = (kappa: number, q: number): number => {
  const distance = Math.hypot(kappa, 2 * q);
  return kappa > 0 ? 2 * q * (q / (kappa + distance)) : (distance - kappa) / 2;
};

interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * An interval that holds c x*, from one pass over K. Below: no eigenvalue of K exceeds a diagonal entry, and ‖(K +
 * u)⁻¹b‖ ≥ ‖b‖/(κ + u) for the Rayleigh quotient κ of b. Above: Gershgorin's bound on the smallest eigenvalue takes κ's
 * place.
 */
const enclose = (K: Float64Array, b: Float64Array, c: number): Interval => {
  const size = b.length;
  const length = norm(b);
  const q = Math.sqrt(c) * Math.sqrt(length);
  let gershgorin = Number.POSITIVE_INFINITY;
  let smallestDiagonal = Number.POSITIVE_INFINITY;
  let quotient = 0;
  for (let i = 0; i < size; i++) {
    let radius = 0;
    let product = 0;
    for (let j = 0; j < size; j++) {
      if (j !== i) radius += Math.abs(K[i * size + j]);
      if (length > 0) product += K[i * size + j] * (b[j] / length);
    }
    if (length > 0) quotient += product * (b[i] / length);
    gershgorin = Math.min(gershgorin, K[i * size + i] - radius);
    smallestDiagonal = Math.min(smallestDiagonal, K[i * size + i]);
  }
  const low = Math.max(length > 0 ? positiveRoot(quotient, q) : 0, -smallestDiagonal, Number.MIN_VALUE);
  return { low, high: Math.max(low, positiveRoot(gershgorin, q)) };
};

/**
 * The interval that one factorisation at u = c x leaves. With φ(u) = ‖(K + u)⁻¹b‖ decreasing and 1/φ concave, the root
 * of the tangent's equation u (α + βu) = c never lies above c x* (Conn, Gould and Toint, Trust-Region Methods, section
 * 7.3).
 */
const narrow = (factor: Float64Array, b: Float64Array, c: number, u: number, { low, high }: Interval): Interval => {
  const y = solveUpper(factor, solveLower(factor, b));
  const length = norm(y);
  if (!(length > 0)) return { low, high: u };
  const radius = c * length;
  const slope = (norm(solveLower(factor, y)) / length) ** 2 / radius;
  const intercept = 1 / radius - slope * u;
  const tangentRoot = positiveRoot(intercept / slope, 1 / Math.sqrt(slope));
  return radius <= u
    ? { low: Math.min(u, Math.max(low, tangentRoot)), high: u }
    : { low: Math.min(high, Math.max(u, tangentRoot)), high: Math.min(high, radius) };
};

/**
 * Halves the interval around c x* in its logarithm until its ends are within a factor of 4, one factorisation at a
 * time. Being that near the solution, the factor's rounding errors are of the size that those of H + c x* D² have
 * anyway; being above it by at least a factor of 2, it is well conditioned along the lowest eigenvectors even where H +
 * c x* D² is singular.
 *
 * @returns undefined where K, b and c overflow.
 */
export const referenceShift = (K: Float64Array, b: Float64Array, c: number): ReferenceShift | undefined => {
  const size = b.length;
  let interval = enclose(K, b, c);
  let factorizations = 0;
  // The exponent's range of 2^±1074 takes at most 11 halvings.
  while (interval.high > 4 * interval.low) {
    const u = Math.sqrt(interval.low) * Math.sqrt(interval.high);
    const factor = cholesky(shiftDiagonal(K, size, u), size);
    factorizations += 1;
    interval = factor === undefined ? { low: u, high: interval.high } : narrow(factor, b, c, u, interval);
    if (!Number.isFinite(interval.high) || factorizations > 64) return undefined;
  }
  const shift = 2 * interval.high;
  const factor = cholesky(shiftDiagonal(K, size, shift), size);
  return factor === undefined ? undefined : { shift, factor, factorizations: factorizations + 1 };
};
