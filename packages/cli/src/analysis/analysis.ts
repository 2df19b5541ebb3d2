/** What an analysis along a training run found, as `hograd analyze --json` prints it. */

import type { SquareMatrix } from '@hograd/report';
import type { BatchCoupling } from '../coupling.js';
import type { EpochMetrics } from '../training/loop.js';
import { type Stretch, stretches } from './epochs.js';
import { type Interaction, interactionOf } from './interaction.js';
import type { PlacedGroup } from './layers.js';
import type { Measurement } from './probe.js';

/** One look at the network. */
export interface Moment extends Measurement, Omit<Interaction, 'inverse'> {
  /** Finished epochs: 0 is initialisation. */
  readonly epoch: number;
  /** Finished steps. */
  readonly step: number;
  /** H̄⁻¹, or why there is none. */
  readonly inverse: SquareMatrix | { readonly error: string };
  /** Of H̄ with its rows and columns balanced: relative errors of H̄ grow by so much in H̄⁻¹ at worst. Null where there is no H̄⁻¹. */
  readonly condition: number | null;
  readonly seconds: number;
}

/** η* averaged over a stretch of the run (Figure 2 of arXiv 2312.03885). */
export interface EtaWindow extends Stretch {
  readonly lambdaInt: number;
  /** How many moments of the stretch have an η*; the others are left out of the mean. */
  readonly moments: number;
  /** The mean [S]. */
  readonly eta: readonly number[];
}

export interface Analysis {
  readonly model: string;
  readonly data: string;
  readonly optimizer: string;
  readonly seed: number;
  readonly device: string;
  readonly dtype: 'float32' | 'float64';
  /** Examples trained on, held out, and looked at (a part of those trained on). */
  readonly examples: { readonly train: number; readonly validation: number; readonly measured: number };
  readonly epochs: number;
  /** Where the loss is no mean over independent examples: the losses of `training` are means over batches of `batch` examples. */
  readonly coupling?: BatchCoupling;
  readonly interrupted: boolean;
  /** Why the run ended before its time: it diverged. */
  readonly failure?: string;
  /** Internal dampings of η*. */
  readonly lambdaInt: readonly number[];
  readonly groups: readonly PlacedGroup[];
  readonly moments: readonly Moment[];
  readonly windows: readonly EtaWindow[];
  readonly training: readonly EpochMetrics[];
}

export const momentOf = (
  groups: readonly PlacedGroup[],
  place: Pick<Moment, 'epoch' | 'step' | 'seconds'>,
  measurement: Measurement,
): Moment => {
  const { inverse, ...interaction } = interactionOf(groups, measurement.Hbar);
  return {
    ...place,
    ...measurement,
    ...interaction,
    inverse: 'matrix' in inverse ? inverse.matrix : { error: inverse.refusal },
    condition: 'matrix' in inverse ? inverse.condition : null,
  };
};

const etaAt =
  (lambdaInt: number) =>
  (moment: Moment): readonly (readonly number[])[] =>
    moment.eta.flatMap((rates) => (rates.lambdaInt === lambdaInt && 'eta' in rates ? [rates.eta] : []));

/** The run in `count` stretches, for every damping; stretches without an η* are left out. */
export const windowsOf = (
  moments: readonly Moment[],
  dampings: readonly number[],
  epochs: number,
  count: number,
): readonly EtaWindow[] =>
  dampings.flatMap((lambdaInt) =>
    stretches(epochs, count).flatMap(({ from, to }): readonly EtaWindow[] => {
      const etas = moments.filter(({ epoch }) => epoch >= from && epoch <= to).flatMap(etaAt(lambdaInt));
      const [first] = etas;
      if (!first) return [];
      const eta = first.map((_, s) => etas.reduce((sum, each) => sum + each[s]!, 0) / etas.length);
      return [{ lambdaInt, from, to, moments: etas.length, eta }];
    }),
  );

/** The measured moment, initialisation aside, at which the loss on held-out examples is lowest: of validation, or of the test set where there is none. */
export const bestMoment = ({ moments, training }: Analysis): Moment | undefined => {
  const lossAfter = new Map(training.map((e) => [e.epoch, e.validationLoss ?? e.testLoss]));
  const candidates = moments.filter(({ epoch }) => lossAfter.has(epoch));
  return candidates.reduce<Moment | undefined>(
    (best, moment) => (best === undefined || lossAfter.get(moment.epoch)! < lossAfter.get(best.epoch)! ? moment : best),
    undefined,
  );
};
