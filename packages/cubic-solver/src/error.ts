/** Why a cubic subproblem has no answer. */

/** H, g, d or lambda holds a NaN or an infinity. */
export interface NotFinite {
  readonly _tag: 'NotFinite';
  readonly message: string;
  readonly field: 'H' | 'g' | 'd' | 'lambda';
  /** [row, column] for H, [group] for g and d, [] for lambda. */
  readonly index: readonly number[];
}

/** The lengths of H, g and d do not agree, or are 0. */
export interface WrongLength {
  readonly _tag: 'WrongLength';
  readonly message: string;
}

/** H[row][column] and H[column][row] differ by more than float32 rounding explains. */
export interface NotSymmetric {
  readonly _tag: 'NotSymmetric';
  readonly message: string;
  readonly row: number;
  readonly column: number;
}

/** d[group] < 0. */
export interface NegativeD {
  readonly _tag: 'NegativeD';
  readonly message: string;
  readonly group: number;
}

/** lambda < 0. */
export interface NegativeLambda {
  readonly _tag: 'NegativeLambda';
  readonly message: string;
}

/**
 * T has no minimum: H is not positive definite on the groups that the cubic term does not hold (d_s = 0, or all of them
 * when λ = 0).
 */
export interface Unbounded {
  readonly _tag: 'Unbounded';
  readonly message: string;
  /** The groups that carry `direction`. */
  readonly groups: readonly number[];
  /**
   * Length S, with λ‖D·direction‖ = 0: where `curvature` < 0, T falls without end along ±direction. Where `curvature`
   * is 0 to working precision, H is singular along it while g or another group pulls that way.
   */
  readonly direction: readonly number[];
  /**
   * directionᵀ H direction relative to Σ_s |H_ss| direction_s²: invariant under rescaling of groups, at most a rounding
   * error above 0.
   */
  readonly curvature: number;
  /** H is singular along `direction` to working precision; otherwise it has negative curvature there. */
  readonly singular: boolean;
}

/** A minimiser exists, but float64 cannot hold it or the way to it. */
export interface OutOfRange {
  readonly _tag: 'OutOfRange';
  readonly message: string;
}

/** Why there is no minimiser: the problem is malformed (the first five), T is unbounded below, or float64 does not reach the answer. */
export type CubicError = NotFinite | WrongLength | NotSymmetric | NegativeD | NegativeLambda | Unbounded | OutOfRange;

export const notFinite = (field: NotFinite['field'], index: readonly number[], value: unknown): NotFinite => ({
  _tag: 'NotFinite',
  message: `${field}${index.map((i) => `[${i}]`).join('')} is ${String(value)}: every entry must be a finite number; look for an overflow where the summary was computed`,
  field,
  index,
});

export const wrongLength = (what: string): WrongLength => ({
  _tag: 'WrongLength',
  message: `${what}: H must be S×S, g and d of length S, with S ≥ 1 groups`,
});

export const notSymmetric = (row: number, column: number, above: number, below: number): NotSymmetric => ({
  _tag: 'NotSymmetric',
  message: `H[${row}][${column}] = ${above} but H[${column}][${row}] = ${below}: H must be symmetric; use (H + Hᵀ)/2`,
  row,
  column,
});

export const negativeD = (group: number, value: number): NegativeD => ({
  _tag: 'NegativeD',
  message: `d[${group}] = ${value} is negative: use d = |D3|^(1/3)`,
  group,
});

export const negativeLambda = (value: number): NegativeLambda => ({
  _tag: 'NegativeLambda',
  message: `lambda = ${value} is negative: use 0 for Newton's step or a positive internal damping`,
});

export const unbounded = (
  groups: readonly number[],
  direction: readonly number[],
  curvature: number,
  negative: boolean,
): Unbounded => {
  // The diagonal of H may be positive on every one of them.
  const which = groups.length === 1 ? `group ${groups[0]}` : `a combination of groups ${groups.join(', ')}`;
  const why = negative
    ? `H has negative curvature along ${which}, where no cubic term acts, so the model is unbounded below`
    : `H is singular to working precision along ${which}, where no cubic term acts, and the model is not flat there, so it has no minimum`;
  return {
    _tag: 'Unbounded',
    message: `${why}: use lambda > 0 with d > 0 there, or add a ridge to H`,
    groups,
    direction,
    curvature,
    singular: !negative,
  };
};

export const outOfRange = (what: string): OutOfRange => ({
  _tag: 'OutOfRange',
  message: `${what}: the entries of H, g, d and lambda span more orders of magnitude than float64 can solve; rescale the groups or drop the negligible ones`,
});
