/** The models by the names that the command line and experiments call them. */

import { GraphError, type OptionNames, requireKnown } from '@hograd/graph-builder';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Model } from './model.js';
import { autoencoder } from './models/autoencoder.js';
import { gpt } from './models/gpt.js';
import { lenet } from './models/lenet.js';
import { bigMlp, deepMlp, paperMlp, smallMlp } from './models/perceptron.js';
import { resnet18 } from './models/resnet.js';
import { vgg11 } from './models/vgg.js';

/** What a model is to be fitted to; each left out is the model's own. */
export interface DataShape {
  /** Shape of one example: [inputs], [channels, height, width], or [tokens]. */
  readonly inputShape?: readonly number[];
  /** Number of classes, or of tokens in the vocabulary. */
  readonly classes?: number;
}

const DATA_SHAPE: OptionNames<DataShape> = { inputShape: true, classes: true };

/** There is no such model, or it cannot take data of that shape. */
export interface ModelError {
  readonly _tag: 'UnknownModel' | 'UnsuitableData';
  readonly message: string;
  readonly model: string;
}

const product = (shape?: readonly number[]): number | undefined => shape?.reduce((a, b) => a * b, 1);

/** Perceptrons read an image as one row of numbers. */
const flat =
  (build: (options: { readonly inputs?: number; readonly classes?: number }) => Model) =>
  ({ inputShape, classes }: DataShape): Model => {
    const inputs = product(inputShape);
    return build({ ...(inputs !== undefined && { inputs }), ...(classes !== undefined && { classes }) });
  };

/** Images longer than this get the stem that ResNet has for ImageNet. */
const LONGEST_SMALL_IMAGE = 64;

const builders = {
  'small-mlp': flat(smallMlp),
  mlp: flat(paperMlp),
  bigmlp: flat(bigMlp),
  'deep-mlp': flat(deepMlp),
  lenet,
  vgg11,
  resnet18: ({ inputShape = [3, 32, 32], classes = 10 }) =>
    resnet18({
      stem: Math.max(...inputShape.slice(1)) > LONGEST_SMALL_IMAGE ? 'imagenet' : 'cifar',
      inputShape,
      classes,
    }),
  autoencoder: ({ inputShape }) => autoencoder({ sizes: [product(inputShape) ?? 784, 1000, 500, 250, 30] }),
  gpt: ({ inputShape, classes }) => {
    if (inputShape && inputShape.length !== 1) {
      throw new GraphError('gpt', `inputShape is [${inputShape.join(', ')}]; an example is [tokens]`);
    }
    return gpt({
      ...(inputShape && { context: inputShape[0]! }),
      ...(classes !== undefined && { vocabulary: classes }),
    });
  },
} as const satisfies Readonly<Record<string, (data: DataShape) => Model>>;

/** The names that `modelNamed` knows. */
export type ModelName = keyof typeof builders;

/** Every name that `modelNamed` knows. */
export const modelNames = Object.keys(builders) as readonly ModelName[];

/**
 * The model of a name, fitted to data: perceptrons and the autoencoder take any shape as one row (so their `inputShape` is
 * [product]), `lenet`, `vgg11` and `resnet18` take images, `gpt` takes tokens. An autoencoder has no classes and ignores them.
 * Left: UnknownModel, or UnsuitableData where the model cannot be built for that shape, or `data` says more than that.
 */
export const modelNamed = (name: string, data: DataShape = {}): Either<ModelError, Model> => {
  if (!Object.hasOwn(builders, name)) {
    const message = `there is no model "${name}"; there are ${modelNames.join(', ')}`;
    return left({ _tag: 'UnknownModel', message, model: name });
  }
  const build: (data: DataShape) => Model = builders[name as ModelName];
  try {
    requireKnown('modelNamed', data, DATA_SHAPE);
    return right(build(data));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return left({ _tag: 'UnsuitableData', message: error.message, model: name });
  }
};
