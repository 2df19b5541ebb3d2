/** Damping of the step size on a plateau of the loss. */

/** When and by how much rates fall because the training loss does not. */
export interface PlateauOptions {
  /** A whole number ≥ 0: epochs without improvement that are forgiven. */
  readonly patience: number;
  /** ≥ 0: an improvement is a loss below best − threshold·|best|. */
  readonly threshold: number;
  /** In (0, 1): what λ1 is multiplied by. */
  readonly factor: number;
  /** A whole number ≥ 0: epochs after a damping in which nothing is counted. */
  readonly cooldown: number;
  /** In (0, 1]: the smallest scale. */
  readonly smallest: number;
}

/** The author's last settings (arXiv 2312.03885, code): λ1 halved, patience 2, relative threshold 1e-4. */
export const DEFAULT_PLATEAU: PlateauOptions = {
  patience: 2,
  threshold: 1e-4,
  factor: 0.5,
  cooldown: 0,
  smallest: 2 ** -20,
};

/** Plain data, for checkpoints. */
export interface PlateauState {
  /** The lowest loss so far; absent before the first. */
  readonly best?: number;
  /** Epochs since it, not counting a cooldown. */
  readonly waited: number;
  /** Epochs of cooldown left. */
  readonly cooling: number;
  /** In (0, 1]: multiplies λ1. */
  readonly scale: number;
}

/** Where a run starts: no epoch seen, λ1 whole. */
export const NO_PLATEAU: PlateauState = { waited: 0, cooling: 0, scale: 1 };

/**
 * The scale after one more epoch's mean training loss. A loss that is not a number is no improvement. `options` are as
 * `plateauOptions` returns them.
 */
export const dampOnPlateau =
  ({ patience, threshold, factor, cooldown, smallest }: PlateauOptions) =>
  ({ best, waited, cooling, scale }: PlateauState, loss: number): PlateauState => {
    const better = Number.isFinite(loss) && (best === undefined || loss < best - threshold * Math.abs(best));
    const now = better ? { best: loss } : best === undefined ? {} : { best };
    if (cooling > 0) return { ...now, waited: 0, cooling: cooling - 1, scale };
    if (better) return { ...now, waited: 0, cooling: 0, scale };
    if (waited < patience) return { ...now, waited: waited + 1, cooling: 0, scale };
    return { ...now, waited: 0, cooling: cooldown, scale: Math.max(smallest, scale * factor) };
  };
