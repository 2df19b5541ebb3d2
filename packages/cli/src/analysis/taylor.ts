/** Does the loss do what its derivatives say? Taylor's terms of a step against what the step did. */

/** Derivatives at t = 0 of t ↦ L(θ + t w). */
export interface DirectionalDerivatives {
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

/** The change of the loss over a step t·w: by Taylor's terms up to each order, and measured. */
export interface TaylorStep {
  /** t: λ1, where w is the method's step. */
  readonly size: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly actual: number;
}

/** What Taylor's terms predict of L(θ + size·w) − L(θ): the error of `third` falls as size⁴. */
export const predictChange =
  ({ first, second, third }: DirectionalDerivatives) =>
  (size: number): Omit<TaylorStep, 'size' | 'actual'> => {
    const slope = size * first;
    const curved = slope + (size ** 2 * second) / 2;
    return { first: slope, second: curved, third: curved + (size ** 3 * third) / 6 };
  };
