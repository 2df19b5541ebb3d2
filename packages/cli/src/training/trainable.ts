/** A model that fits its data: what a run needs of it, whether it comes from the zoo or from a file. */

import { type Dataset, NO_LABEL } from '@hograd/data';
import type { Tensor } from '@hograd/graph-builder';
import type { Shapes } from '../lengths.js';
import type { Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';

/** Examples, with their labels or targets if they have any, in parts. */
export interface Parts {
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test: Dataset;
}

export interface Trainable {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The loss over a batch of the data that the model has been fitted to. The seed is of initial parameters; a file brings its own. */
  readonly problem: (seed: number) => Pick<TrainingProblem, 'loss' | 'output' | 'parameters' | 'values' | 'ignoring'>;
  /** An ONNX file of the model with these parameters inside, ready to be deployed. */
  readonly encode: (parameters: Tensors) => Uint8Array;
  /** SHA-256 of the model's file; undefined where there is none. */
  readonly digest?: string;
}

/** A model that has not seen its data. */
export interface OpenModel {
  /** The name of its input for labels or targets, which data without `y` may have them under; left out: it says none. */
  readonly targets?: string | undefined;
  /** Refuses data that do not fit. */
  readonly fit: (data: Parts) => Promise<Fitted>;
}

/** A model, and the data in the layout that it takes. */
export interface Fitted extends Parts {
  readonly trainable: Trainable;
}

/** The data sets of the parts: to train on, held out where there is one, to test on. */
export const datasetsOf = ({ train, validation, test }: Parts): readonly Dataset[] => [
  train,
  ...(validation ? [validation] : []),
  test,
];

/** Is there a label that counts for nothing? */
export const lacksLabels = (parts: Parts): boolean =>
  datasetsOf(parts).some(({ targets }) => targets?.dtype === 'int64' && targets.data.includes(NO_LABEL));

export const eachPart = (parts: Parts, change: (dataset: Dataset) => Dataset): Parts => ({
  train: change(parts.train),
  ...(parts.validation && { validation: change(parts.validation) }),
  test: change(parts.test),
});

/** Every array of a data set, by the name that a batch has it under. */
export const arraysOf = ({ inputs, targets }: Dataset): Readonly<Record<string, Tensor>> => ({
  ...inputs,
  ...(targets && { y: targets }),
});

/** The shapes of so many examples of a data set. */
export const shapesOf =
  (dataset: Dataset) =>
  (examples: number): Shapes =>
    Object.fromEntries(
      Object.entries(arraysOf(dataset)).map(([name, { shape }]) => [name, { shape: [examples, ...shape.slice(1)] }]),
    );
