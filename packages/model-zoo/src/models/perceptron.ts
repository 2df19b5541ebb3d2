/** Multilayer perceptrons, the paper's among them. */

import { GraphError, type OptionNames, requireKnown } from '@hograd/graph-builder';
import { type Activation, activations } from '../activation.js';
import { parameterless, sequence } from '../layers/layer.js';
import { linear } from '../layers/linear.js';
import type { Model } from '../model.js';
import { checkCounts } from './check.js';
import { PAPER_OPTIONS, type PaperOptions, paperModel, paperWeights } from './paper.js';

/** Options of `mlp`. */
export type MlpOptions = PaperOptions;

/**
 * A perceptron of fully connected layers: x [N, sizes[0]] to logits [N, last of sizes], the activation after every layer but the
 * last. Layer i computes h·Wᵀ + b with W = `i.weight` [sizes[i+1], sizes[i]] and b = `i.bias`. Throws GraphError unless there are at
 * least two sizes, all positive integers, and every other option is known and in its range.
 */
export const mlp = (
  options: MlpOptions & { readonly sizes: readonly number[]; readonly activation: Activation },
): Model => {
  requireKnown('mlp', options, { ...PAPER_OPTIONS, sizes: true, activation: true });
  const { sizes, activation } = options;
  if (sizes.length < 2) {
    throw new GraphError('mlp', `sizes are [${sizes.join(', ')}]; give the input's size, then each layer's`);
  }
  checkCounts('mlp', { sizes });
  const weight = paperWeights('mlp', activation, options);
  const last = sizes.length - 2;
  const layers = sizes
    .slice(1)
    .flatMap((outputs, index) => [
      linear(`${index}`, { inputs: sizes[index]!, outputs, weight }),
      ...(index < last ? [parameterless(activations[activation])] : []),
    ]);
  return paperModel('mlp', sequence(...layers), options, { inputShape: [sizes[0]!], classes: sizes.at(-1)! });
};

/** What perceptrons that classify have in common. */
export interface ClassifierOptions extends MlpOptions {
  /** How many numbers an example holds. */
  readonly inputs?: number;
  /** Default 10. */
  readonly classes?: number;
}

const CLASSIFIER_OPTIONS: OptionNames<ClassifierOptions> = { ...PAPER_OPTIONS, inputs: true, classes: true };

/** A perceptron with tanh and hidden layers of these sizes, of 784 inputs unless given. */
const tanhClassifier =
  (name: string, ...hidden: readonly number[]) =>
  (options: ClassifierOptions = {}): Model => {
    requireKnown(name, options, CLASSIFIER_OPTIONS);
    const { inputs = 784, classes = 10, ...others } = options;
    return mlp({ sizes: [inputs, ...hidden, classes], activation: 'tanh', ...others });
  };

/** A perceptron small enough for demonstrations, inputs-64-32-classes with tanh; 784 inputs unless given: P = 52,650, S = 6. */
export const smallMlp = tanhClassifier('smallMlp', 64, 32);

/**
 * The paper's MLP for MNIST, inputs-1024-200-100-classes with tanh; with the 784 inputs and 10 classes it has unless others are
 * given: P = 1,029,950, S = 8 (arXiv 2312.03885, experiments).
 */
export const paperMlp = tanhClassifier('paperMlp', 1024, 200, 100);

/** Options of `deepMlp`. */
export interface DeepMlpOptions extends ClassifierOptions {
  /** Number of hidden layers. Default 100. */
  readonly depth?: number;
  /** Outputs of each hidden layer. Default 100. */
  readonly width?: number;
  /** Default tanh. */
  readonly activation?: Activation;
}

const DEEP_MLP_OPTIONS: OptionNames<DeepMlpOptions> = {
  ...CLASSIFIER_OPTIONS,
  depth: true,
  width: true,
  activation: true,
};

/**
 * A very deep perceptron, `depth` hidden layers of `width` between inputs (default 784) and classes: S = 2·(depth + 1). Depth,
 * width and data of Appendix H of arXiv 2312.03885 are not known here beyond "about 100 layers"; the defaults give
 * P = 1,079,410, S = 202.
 */
export const deepMlp = (options: DeepMlpOptions = {}): Model => {
  requireKnown('deepMlp', options, DEEP_MLP_OPTIONS);
  const { depth = 100, width = 100, inputs = 784, classes = 10, activation = 'tanh', ...others } = options;
  checkCounts('deepMlp', { depth, width, inputs, classes });
  return mlp({ sizes: [inputs, ...new Array<number>(depth).fill(width), classes], activation, ...others });
};

/**
 * The paper's BigMLP for CIFAR-10, inputs, 20 × 1024, classes with ELU; with the 3072 inputs and 10 classes it has unless others
 * are given: P = 23,099,402, S = 42 (arXiv 2312.03885, experiments).
 */
export const bigMlp = (options: ClassifierOptions = {}): Model => {
  requireKnown('bigMlp', options, CLASSIFIER_OPTIONS);
  const { inputs = 3072, ...others } = options;
  return deepMlp({ depth: 20, width: 1024, activation: 'elu', inputs, ...others });
};
