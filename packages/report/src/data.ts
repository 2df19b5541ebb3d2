/** The data that figures and reports are drawn from: plain readonly records, as `hograd … --json` prints them. */

/**
 * A number as measured. `null` stands for what JSON cannot hold (NaN, ±∞); figures treat `null` and every
 * non-finite number alike: a gap, with a note that says how many there are.
 */
export type Datum = number | null;

/** A vector with one entry per group. */
export type Vector = readonly Datum[];

/** A matrix by rows, one row and one column per group. */
export type SquareMatrix = readonly Vector[];

/** A group of parameters: one part of the partition. */
export interface Group {
  /** Any text; it is escaped and, where space is short, abbreviated (the full name stays on hover). */
  readonly name: string;
  /** How many scalars the group holds. */
  readonly size: number;
  /** Of the tensor, where the group is one: without a `kind`, a name that does not say what it is goes by the rank. */
  readonly shape?: readonly number[];
  /**
   * What the group holds. Left out: what the last part of the name says (`…weight…`, `…kernel…`; `…bias…`, `…beta…`), else the rank
   * of `shape` (two and more is a weight, less a bias), else a weight, but for `b` and `b1`.
   */
  readonly kind?: 'weight' | 'bias';
  /**
   * The layer's place, 0 nearest the input; groups of one layer share it. Left out: groups whose names differ only in
   * the last part (`3.weight`, `3.bias`) share a layer, and layers are counted in the order of the groups.
   */
  readonly depth?: number;
}

/**
 * The curvature summary of a loss along a direction u (arXiv 2312.03885, section 3): derivatives at η = 0 of
 * η ↦ L(θ + U I η), signs along +u.
 */
export interface Summary {
  readonly groups: readonly Group[];
  /** ḡ, one entry per group. */
  readonly gbar: Vector;
  /** H̄, symmetric, groups × groups. */
  readonly Hbar: SquareMatrix;
  /** The signed diagonal of D³, one entry per group. Left out where order 3 was not asked for. */
  readonly D3?: Vector;
}

/** The learning rates η* that solve the anisotropic cubic subproblem at one internal damping (section 4, equation 11). */
export interface SolvedEta {
  readonly lambdaInt: number;
  /** η*, one entry per group, before the step size λ1; negative where the loss falls along +u. */
  readonly eta: Vector;
  /** ‖Dη*‖. */
  readonly r?: number;
  /** Which case of the subproblem the solver met. */
  readonly case?: string;
  /** Relative residual of the stationarity equation. */
  readonly residual?: number;
  /** Dimensions of the space along which the cubic model is constant: where there are some, η* is one of infinitely many. */
  readonly flatDirections?: number;
}

/** A refusal of the solver at one internal damping. */
export interface UnsolvedEta {
  readonly lambdaInt: number;
  readonly error: { readonly kind: string; readonly message: string };
}

/** The solver's answer at one internal damping; `error` tells a refusal from a solution. */
export type Eta = SolvedEta | UnsolvedEta;

/** One epoch of a run. */
export interface Epoch {
  /** Counted from 1 (0: before the first step). */
  readonly epoch: number;
  /** Mean over the epoch's batches. */
  readonly trainLoss: Datum;
  readonly testLoss?: Datum;
  /** In [0, 1]. */
  readonly testAccuracy?: Datum;
  /** How long this epoch took, in seconds of wall time (not cumulated). */
  readonly seconds: number;
}

/** One training step of a run. */
export interface Step {
  readonly step: number;
  /** On the step's batch, before the step. */
  readonly loss: Datum;
}

/** The learning rate of every group through training. */
export interface Rates {
  readonly groups: readonly Group[];
  /** The step (or epoch) of each row of `eta`, ascending. */
  readonly steps: readonly number[];
  /** One row per entry of `steps`, one column per group. */
  readonly eta: readonly Vector[];
}

/** One training run: one optimizer, one seed. */
export interface Run {
  /** The curve's label. Runs that share it are repeats of one another (seeds): drawn as their mean and range. */
  readonly name: string;
  readonly optimizer: string;
  readonly seed?: number;
  /** Slot of the palette, 0 to 7; left out: the next in order. */
  readonly color?: number;
  readonly epochs: readonly Epoch[];
  readonly steps?: readonly Step[];
  readonly rates?: Rates;
  /** The last summary that the run computed. */
  readonly summary?: Summary;
  readonly peakBytes?: number;
  /** Why the run ended before its time; it stays in every table with this text. */
  readonly failure?: string;
}

/** Where the numbers come from (command, versions, machine, seed, …): label → value, shown in this order. */
export type Provenance = Readonly<Record<string, string | number>>;
