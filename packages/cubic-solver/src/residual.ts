/** How far η and r are from solving (H + c r D²)η = g with r = ‖Dη‖, measured on the problem as it was given. */

import type { System } from './system.js';
import { norm } from './vector.js';

export interface Residual {
  /** g − (H + c r D²)η. */
  readonly rho: Float64Array;
  /** The largest |ρ_s| relative to |g_s| + Σ_t |H_st η_t| + c r d_s² |η_s|. */
  readonly backwardError: number;
  /** ‖Dη‖ / r − 1, 0 where both are 0. */
  readonly radiusError: number;
}

export const residual = ({ size, H, g, d, c }: System, eta: Float64Array, r: number): Residual => {
  const rho = new Float64Array(size);
  let backwardError = 0;
  for (let s = 0; s < size; s++) {
    const cubic = c * r * d[s] * d[s] * eta[s];
    let sum = g[s] - cubic;
    let scale = Math.abs(g[s]) + Math.abs(cubic);
    for (let t = 0; t < size; t++) {
      const term = H[s * size + t] * eta[t];
      sum -= term;
      scale += Math.abs(term);
    }
    rho[s] = sum;
    if (scale !== 0) backwardError = Math.max(backwardError, Math.abs(sum) / scale);
  }
  const length = norm(eta.map((value, s) => d[s] * value));
  return { rho, backwardError, radiusError: length === r ? 0 : length / r - 1 };
};

/** One number for both equations. NaN where the point is not finite. */
export const defect = ({ backwardError, radiusError }: Residual): number =>
  Math.max(backwardError, Math.abs(radiusError));
