/** The global minimiser of the cubic subproblem, with the evidence that it is one. */

/**
 * What was met on the way:
 * - `zero-gradient`: g = 0 and H is positive semidefinite, so η = 0;
 * - `newton`: the cubic term is zero at the solution (λ = 0 or Dη = 0), so Hη = g: Newton's step, also where H is singular and
 *   g does not pull along its null directions;
 * - `definite`: H is positive definite on the groups with d > 0, and the cubic term shortens Newton's step;
 * - `indefinite`: it is not, and H + ½λ r D² is at the solution;
 * - `hard`: g has no part along the lowest eigenspace and r sits where H + ½λ r D² turns singular: there is more than
 *   one minimiser.
 *
 * In the last three, H on the groups with d > 0 is its Schur complement, the others minimised over: whether H itself is singular along
 * them, where T is constant, makes no difference.
 */
export type CubicCase = 'zero-gradient' | 'newton' | 'definite' | 'indefinite' | 'hard';

/**
 * Numbers by which anyone can check that η is the global minimiser, computed from (H, g, d, λ, η, r) alone unless said
 * otherwise.
 */
export interface CubicCertificate {
  /**
   * How far η is from solving (H + ½λ r D²)η = g: the largest |g − (H + ½λ r D²)η|_s relative to |g_s| + Σ_t |H_st η_t|
   * + ½λ r d_s² |η_s| (Oettli and Prager's componentwise backward error). η solves exactly a system whose entries
   * differ from the given ones by at most this relative amount. Invariant under rescaling of groups; about 1e-16 is
   * perfect.
   */
  readonly residual: number;
  /** |‖Dη‖ − r| / r, 0 where r = 0. */
  readonly radiusError: number;
  /**
   * Smallest eigenvalue of the shifted matrix scaled to unit diagonal, W(H + ½λ r D²)W with W = Diag(|H_ss| + ½λ r
   * d_s²)^{-1/2}; known to about S·1e-16. Not below −S·1e-15 at a global minimiser, however the groups are scaled:
   * invariant, unlike the unscaled matrix's, whose sign drowns in rounding error where scales differ.
   */
  readonly smallestEigenvalue: number;
  /**
   * The smallest radius x ≥ 0 from which on H + ½λ x D² is positive semidefinite; r is never below it. From the
   * solver's spectrum.
   */
  readonly boundaryRadius: number;
  /** T(η). */
  readonly objective: number;
  /** T(0) − T(η) = ½gᵀη + (λ/12) r³, both terms ≥ 0 at the minimiser: no cancellation, unlike in `objective`. */
  readonly predictedDecrease: number;
  /**
   * Dimension of the space along which T is constant (e.g. a group with zero row in H, zero g and zero d). η has no
   * part in it.
   */
  readonly flatDirections: number;
  /** Newton steps on the secular equation. */
  readonly iterations: number;
  /** Cholesky factorisations, one eigendecomposition comes on top. */
  readonly factorizations: number;
}

interface Minimiser {
  /** Length S: the global minimiser of T. */
  readonly eta: readonly number[];
  /** ‖Dη‖, the root of the secular equation. */
  readonly r: number;
  readonly certificate: CubicCertificate;
}

/** A minimiser that is the only one (up to `flatDirections`). */
export interface UniqueMinimiser extends Minimiser {
  readonly case: Exclude<CubicCase, 'hard'>;
}

/** One of the two or more minimisers of the hard case. */
export interface HardCaseMinimiser extends Minimiser {
  readonly case: 'hard';
  /**
   * The minimiser with the other sign. `eta` is the one in which the null vector of H + ½λ r D² has a positive entry at
   * `leadingGroup`.
   */
  readonly mirror: readonly number[];
  /**
   * The group whose axis lies closest to the null space, measured by d; the lowest index where several are as close.
   */
  readonly leadingGroup: number;
  /** Dimension of the null space: 1 means two minimisers, more means a sphere of them. */
  readonly nullity: number;
}

/** The global minimiser, with its certificate; told apart by `case`. */
export type CubicSolution = UniqueMinimiser | HardCaseMinimiser;
