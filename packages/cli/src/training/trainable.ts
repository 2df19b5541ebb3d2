/** A model that fits its data: what a run needs of it, whether it comes from the zoo or from a file. */

import { type Dataset, NO_LABEL } from '@hograd/data';
import type { Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';

/** Examples with their labels or targets, in parts. */
export interface Parts {
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test: Dataset;
}

export interface Trainable {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The loss over a batch `x` and `y`. The seed is of initial parameters; a file brings its own. */
  readonly problem: (seed: number) => Pick<TrainingProblem, 'loss' | 'output' | 'parameters' | 'values' | 'ignoring'>;
  /** An ONNX file of the model with these parameters inside, ready to be deployed. */
  readonly encode: (parameters: Tensors) => Uint8Array;
  /** SHA-256 of the model's file; undefined where there is none. */
  readonly digest?: string;
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
  datasetsOf(parts).some(({ targets }) => targets.dtype === 'int64' && targets.data.includes(NO_LABEL));

const eachPart = (parts: Parts, change: (dataset: Dataset) => Dataset): Parts => ({
  train: change(parts.train),
  ...(parts.validation && { validation: change(parts.validation) }),
  test: change(parts.test),
});

/** The parts with bytes as the numbers that they are, for a model that takes integers: not as v/255, as of images. */
export const inWholeNumbers = (parts: Parts): Parts =>
  eachPart(parts, ({ normalization: _, inputs, ...rest }) => ({
    ...rest,
    inputs: inputs.dtype === 'uint8' ? { ...inputs, dtype: 'float32', data: Float32Array.from(inputs.data) } : inputs,
  }));

/** The parts with the inputs of each in another layout of the same elements. */
export const withLayout = (parts: Parts, layout: (inputs: Dataset['inputs']) => Dataset['inputs']): Parts =>
  eachPart(parts, (dataset) => ({ ...dataset, inputs: layout(dataset.inputs) }));
