/** An experiment: models on data, each trained in several ways from several seeds. */

import type { ModelOptions } from '../training/openRun.js';
import type { Sizes } from '../training/parts.js';
import type { Settings } from '../training/settings.js';

/** One way of training: an optimizer, and the settings to choose from. */
export interface Arm {
  /** Unique in its setup. */
  readonly name: string;
  readonly optimizer: string;
  /** At least one; where there are several, the one with the lowest final training loss is taken. */
  readonly points: readonly Settings[];
  /** The options in which the points differ. */
  readonly searched: readonly string[];
}

export interface Setup extends Sizes, Pick<ModelOptions, 'loss' | 'softmaxCrossEntropy' | 'mse' | 'params'> {
  readonly name: string;
  readonly description?: string;
  /** A name of the zoo or a FILE.onnx. */
  readonly model: string;
  /** Of the model's file, once it has been read: runs from another file are other runs. */
  readonly modelDigest?: string;
  /** Of the partitions' files, by the path that an arm gives, once they have been read. */
  readonly partitionDigests?: Readonly<Record<string, string>>;
  /** As `openDataset` reads it. */
  readonly data: string;
  /** Of the data, once they have been read. */
  readonly dataDigest?: string;
  readonly batch: number;
  /** Passes over the training set; left out: as many as `seconds` allows. */
  readonly epochs?: number;
  /** Wall-clock budget of a run, which ends with the epoch that reaches it; left out: none. */
  readonly seconds?: number;
  readonly seeds: readonly number[];
  /** Seeds of the grid search. */
  readonly tuningSeeds: readonly number[];
  readonly arms: readonly Arm[];
}

export interface Experiment {
  readonly title: string;
  /** What it is to show. */
  readonly about?: string;
  readonly setups: readonly Setup[];
}
