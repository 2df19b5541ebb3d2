/** A model with its loss as a graph, ready to differentiate, export or train. */

import {
  type Graph,
  GraphError,
  input,
  makeGraph,
  type OptionNames,
  requireKnown,
  type Tensor,
} from '@hograd/graph-builder';
import { initialize } from './initialize.js';
import { type Initializer, sizeOf } from './initializers/initializer.js';
import { losses } from './losses.js';
import type { Loss, Model } from './model.js';
import { checkChoice } from './models/check.js';

/** Options of `lossGraph`. */
export interface LossGraphOptions {
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64';
  /** Default: the model's own. */
  readonly loss?: Loss;
  /** Seed of the initial parameters, a whole number in 0 … 2⁵³ − 1 (not read where `values` are given). Default 0. */
  readonly seed?: number;
  /** Of the initial parameters, as `initialize` takes it. */
  readonly initializer?: Initializer;
  /** Values of the parameters by name, instead of initial ones. */
  readonly values?: ReadonlyMap<string, Tensor>;
}

const LOSS_GRAPH_OPTIONS: OptionNames<LossGraphOptions> = {
  dtype: true,
  loss: true,
  seed: true,
  initializer: true,
  values: true,
};

/**
 * The graph with inputs `x` [N, …inputShape], `y` and every parameter, and outputs `loss` (a scalar, a mean) and `output`
 * [N, …, classes]. For the softmax cross-entropy `y` is int64 labels [N, …], one for each row of classes: a language model's
 * is its input moved one token on. For the other losses it is targets of the outputs' shape: an autoencoder's are its inputs.
 * The parameters' values are the graph's initializers. Throws GraphError for a loss or an option that there is not, where `values` lacks a
 * parameter, or holds it in another type or shape, or with data that do not fill it, and as `initialize` does.
 */
export const lossGraph = (model: Model, options: LossGraphOptions = {}): Graph => {
  requireKnown('lossGraph', options, LOSS_GRAPH_OPTIONS);
  const { dtype = 'float32', loss = model.loss, seed = 0, initializer, values } = options;
  checkChoice('lossGraph', 'loss', loss, Object.keys(losses));
  const initializers = values ?? initialize(model, { seed, dtype, ...(initializer && { initializer }) });
  for (const { name, shape } of model.parameters) {
    const value = initializers.get(name);
    const wanted = `${dtype}[${shape.join(', ')}]`;
    const given = value && `${value.dtype}[${value.shape.join(', ')}]`;
    if (given !== wanted) {
      throw new GraphError('lossGraph', `the value of "${name}" is ${given ?? 'missing'}; it must be ${wanted}`);
    }
    const [found, size] = [value!.data.length, sizeOf({ shape })];
    if (found !== size) {
      throw new GraphError('lossGraph', `the value of "${name}" has ${found} elements; ${wanted} takes ${size}`);
    }
  }
  const parameters = model.parameters.map(({ name, shape }) => input(name, shape, dtype));
  const x = input('x', ['N', ...model.inputShape], model.inputType === 'float' ? dtype : 'int64');
  const output = model.forward(Object.fromEntries(parameters.map((p) => [p.attributes.name, p])), x);
  const y =
    loss === 'softmaxCrossEntropy' ? input('y', output.shape.slice(0, -1), 'int64') : input('y', output.shape, dtype);
  return makeGraph(
    [
      { name: 'loss', value: losses[loss](output, y) },
      { name: 'output', value: output },
    ],
    [x, y, ...parameters],
    initializers,
  );
};
