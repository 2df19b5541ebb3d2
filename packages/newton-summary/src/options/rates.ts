/** What can be chosen between a summary and the rates that are applied. */

/** How summaries are averaged over the steps that measure one, before the cubic subproblem is solved. */
export type SummaryAverage =
  | { readonly kind: 'none' }
  /** decay·past + (1 − decay)·now, decay in (0, 1), starting at the first summary. */
  | { readonly kind: 'exponential'; readonly decay: number }
  /**
   * The plain mean of the last `count` ≥ 2 summaries, of all where there are fewer. Until `warmUp` (1 … count) have been seen
   * the rates are zeros: nothing moves.
   */
  | { readonly kind: 'uniform'; readonly count: number; readonly warmUp: number };

/** What is added to H̄'s diagonal. */
export type Ridge =
  | { readonly kind: 'none' }
  /** ε > 0 for every group. It breaks the method's invariance under rescaling of groups. */
  | { readonly kind: 'absolute'; readonly epsilon: number }
  /** factor·|H̄_ss|, factor > 0: invariant under rescaling of groups, and of the loss. */
  | { readonly kind: 'diagonal'; readonly factor: number }
  /**
   * factor·D_ss², factor > 0: invariant under rescaling of groups. The cubic term shifts H̄ by ½λ_int‖Dη‖·D² itself, so this is a
   * floor under ½λ_int‖Dη‖, in its unit (the cube root of the loss').
   */
  | { readonly kind: 'cubic-metric'; readonly factor: number };

/** Where |η_s| is cut: at `factor` > 0 times the median of the last `window` ≥ 1 answers of the solver for that group. */
export type RateLimit =
  | { readonly kind: 'none' }
  | { readonly kind: 'running-median'; readonly window: number; readonly factor: number };

/**
 * What is done about ḡ, H̄ and D3 being means over a sample. `aware` needs summaries that keep their slices (`joinSlices`); why it
 * is made so: docs/decisions/noise-aware-rates.md.
 */
export type Noise =
  | { readonly kind: 'ignore' }
  | {
      readonly kind: 'aware';
      /** ≥ 0: H̄'s diagonal is raised by this many standard errors of H̄, enough to bound H̄ from above; 0 for not at all. */
      readonly standardErrors: number;
      /** Multiply η by the part of it that cross-validation over the slices bears out. */
      readonly crossValidated: boolean;
    };

/** Everything between a summary and the rates that are applied (`updateRates` says in which order); `ratesOptions` checks it. */
export interface RatesOptions {
  /** λ1 > 0: the step size that multiplies η; one number, or one for each group. */
  readonly lambda1: number | readonly number[];
  /** λ_int ≥ 0: the internal damping of the cubic term; 0 for none: η = H̄⁻¹ḡ, refused where H̄ is not positive definite. */
  readonly lambdaInt: number;
  /** Weight of the past in the moving average of η, in [0, 1); 0 for none. It starts at the first η. */
  readonly etaDecay: number;
  /** Where negative rates become 0: in η before it is averaged, only in what is applied, or nowhere. */
  readonly clipNegative: 'before-average' | 'when-applied' | 'never';
  readonly summaryAverage: SummaryAverage;
  /** Weight of the past in the moving average of d = |D3|^{1/3}, in [0, 1); 0 for none. It is taken after `summaryAverage`. */
  readonly dDecay: number;
  readonly ridge: Ridge;
  /** Keep only H̄'s diagonal. */
  readonly diagonal: boolean;
  readonly limit: RateLimit;
  readonly noise: Noise;
}

/**
 * The choices of the author's README (arXiv 2312.03885, code), save for λ_int = 1, the natural scale of the cubic term: with one
 * group it is then the Taylor term in size.
 */
export const DEFAULT_RATES: RatesOptions = {
  lambda1: 0.1,
  lambdaInt: 1,
  etaDecay: 0.5,
  clipNegative: 'before-average',
  summaryAverage: { kind: 'none' },
  dDecay: 0,
  ridge: { kind: 'none' },
  diagonal: false,
  limit: { kind: 'none' },
  noise: { kind: 'ignore' },
};

/**
 * Rates without a search for λ1: the whole of an η that is as long as the sampling error of its summary allows, averaged over
 * ten summaries or so. Summaries must keep their slices. A summary at every step suits it best: cross-validation judges a rate
 * as if for one step.
 */
export const NOISE_AWARE_RATES: RatesOptions = {
  ...DEFAULT_RATES,
  lambda1: 1,
  etaDecay: 0.9,
  noise: { kind: 'aware', standardErrors: 1, crossValidated: true },
};
