import { sgd } from '@hograd/baselines';
import { add, GraphError, type Input, input, mul, reduceSum, square } from '@hograd/graph-builder';
import { canonical } from '@hograd/partition';
import { describe, expect, it } from 'vitest';
import { newtonSummaryGraphs } from '../src/index.js';
import { right } from './perceptron.js';

const w = input('w', [2], 'float64') as Input;

const graphsOf = (parameters: readonly Input[], read: Input) =>
  newtonSummaryGraphs({
    loss: add(reduceSum(square(w)), reduceSum(mul(read, w))),
    parameters,
    partition: right(canonical(parameters.map((p) => ({ name: p.attributes.name, shape: [2] })))),
    direction: sgd(),
  });

describe('a loss that reads an input which the summary takes the direction from', () => {
  const taken = input('direction.w', [2], 'float64') as Input;
  const message =
    'newtonSummaryGraphs: the loss reads "direction.w", which is the direction of "w"; give the loss\'s input another name';

  it.each([
    ['of the batch', [w]],
    ['that is a parameter', [w, taken]],
  ])('%s is refused', (_, parameters) => {
    expect(() => graphsOf(parameters, taken)).toThrow(GraphError);
    expect(() => graphsOf(parameters, taken)).toThrow(message);
  });

  it('but not one of a name that no parameter has', () => {
    const other = input('direction.v', [2], 'float64') as Input;
    expect(graphsOf([w], other).summary.inputs).toEqual([w, taken, other]);
  });
});
