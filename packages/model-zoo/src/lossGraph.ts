/** A model with its loss as a graph, ready to differentiate, export or train. */

import {
  type Graph,
  GraphError,
  input,
  makeGraph,
  meanSquaredError,
  softmaxCrossEntropy,
  type Tensor,
} from '@hograd/graph-builder';
import { initialize } from './initialize.js';
import type { Model } from './model.js';

export interface LossGraphOptions {
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64';
  /** Mean softmax cross-entropy against labels (default), or mean squared error against targets. */
  readonly loss?: 'softmaxCrossEntropy' | 'meanSquaredError';
  /** Seed of the initial parameters, as `initialize` takes it. Default 0. */
  readonly seed?: number;
  /** Values of the parameters by name, instead of initial ones. */
  readonly values?: ReadonlyMap<string, Tensor>;
}

/**
 * The graph with inputs `x` [N, …inputShape], `y` and every parameter, and outputs `loss` (a scalar) and `output`, the logits
 * [N, classes]. `y` is int64 labels [N] for the cross-entropy, targets [N, classes] for the squared error. The parameters' values are
 * the graph's initializers. Throws GraphError where `values` lacks a parameter, or holds it in another type or shape.
 */
export const lossGraph = (model: Model, options: LossGraphOptions = {}): Graph => {
  const { dtype = 'float32', loss = 'softmaxCrossEntropy', seed = 0, values } = options;
  const initializers = values ?? initialize(model, { seed, dtype });
  for (const { name, shape } of model.parameters) {
    const value = initializers.get(name);
    const wanted = `${dtype}[${shape.join(', ')}]`;
    const given = value && `${value.dtype}[${value.shape.join(', ')}]`;
    if (given !== wanted) {
      throw new GraphError('lossGraph', `the value of "${name}" is ${given ?? 'missing'}; it must be ${wanted}`);
    }
  }
  const parameters = model.parameters.map(({ name, shape }) => input(name, shape, dtype));
  const x = input('x', ['N', ...model.inputShape], dtype);
  const labelled = loss === 'softmaxCrossEntropy';
  const y = labelled ? input('y', ['N'], 'int64') : input('y', ['N', model.classes], dtype);
  const output = model.forward(Object.fromEntries(parameters.map((p) => [p.attributes.name, p])), x);
  return makeGraph(
    [
      { name: 'loss', value: labelled ? softmaxCrossEntropy(output, y) : meanSquaredError(output, y) },
      { name: 'output', value: output },
    ],
    [x, y, ...parameters],
    initializers,
  );
};
