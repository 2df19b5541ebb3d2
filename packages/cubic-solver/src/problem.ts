/** The anisotropic cubic subproblem: what is to be minimised. */

/**
 * Minimise T(η) = −gᵀη + ½ ηᵀHη + (λ/6)‖Dη‖³ over η ∈ R^S, with D = Diag(d)
 * (arXiv 2312.03885, equations 8 and 9: H = H̄, g = ḡ, d_s = |D3_s|^{1/3}, λ = λ_int).
 */
export interface CubicProblem {
  /**
   * S×S, finite, symmetric: differences up to 1e-6 relative to √|H_ss H_tt| (float32 rounding) are averaged away. Need
   * not be definite.
   */
  readonly H: readonly (readonly number[])[];
  /** Length S, finite. */
  readonly g: readonly number[];
  /** Length S, d_s ≥ 0. A group with d_s = 0 feels no cubic term. */
  readonly d: readonly number[];
  /** Internal damping, λ ≥ 0; 0 asks for Newton's step H⁻¹g. */
  readonly lambda: number;
}
