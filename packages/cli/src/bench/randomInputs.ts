/** Random inputs for a model: as many numbers as its inputs declare, where the graph says what they may be. */

import { normal, uniform } from '@hograd/data';
import {
  elementCount,
  evaluateDim,
  type Input,
  isFloat,
  type Tensor,
  tensor,
  topologicalOrder,
} from '@hograd/graph-builder';
import { describeDraw, draw } from '../draws.js';
import { refuse } from '../failure.js';
import { type Arrays, ownInputs } from '../feeds.js';
import { indexInputs, shortestIndexed } from '../indexInputs.js';
import { batchOf } from '../memoryPlan.js';
import type { LossModel } from '../model.js';

/** Of everything that is drawn to be measured on. */
export const SEED = 1;

/** Examples, where the model leaves their number open and nobody says. */
const DEFAULT_BATCH = 32;

/** Drawing more takes longer than what is to be measured. */
const MOST_NUMBERS = 2 ** 25;

const INDEXING = ['gather', 'gatherElements'];

/** An input as people are told of it. */
export interface DescribedInput {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** What was drawn for it; left out where its numbers are the user's own. */
  readonly values?: string;
}

export interface RandomInputs {
  readonly arrays: Arrays;
  readonly described: readonly DescribedInput[];
}

const shapeOf = (
  { attributes: { name }, shape, dtype }: Input,
  bound: ReadonlyMap<string, number>,
): readonly number[] =>
  shape.map(
    (dim) =>
      evaluateDim(bound)(dim) ??
      refuse(
        `input "${name}" is ${dtype}[${shape.join(', ')}], and nothing says how long ${dim} is; give real inputs with --inputs FILE.npz`,
      ),
  );

const randomInput = (port: Input, shape: readonly number[], below: number | undefined): [Tensor, string] => {
  const { name, dtype, drawn } = port.attributes;
  const size = elementCount(shape);
  if (size > MOST_NUMBERS)
    refuse(`input "${name}" is ${dtype}[${shape.join(', ')}], too much to draw at random; take a smaller --batch`);
  if (drawn !== undefined) return [draw(port, drawn, shape, [SEED]), describeDraw(drawn)];
  if (isFloat(dtype)) return [tensor(normal([SEED, name], size), shape, dtype), 'standard normal'];
  if (dtype === 'bool' || below === undefined) {
    return refuse(
      `input "${name}" is ${dtype}, and the graph does not say which values make sense in it; give real inputs with --inputs FILE.npz`,
    );
  }
  const whole = uniform([SEED, name], size).map((u) => Math.floor(u * below));
  return [tensor(whole, shape, dtype), `0 to ${below - 1}`];
};

/**
 * The same numbers each time: standard normal ones for floating-point inputs, and for integers that index an axis of known length
 * (labels, tokens) each index alike. `batch` is the length of the symbol that leads the inputs' shapes. Refuses inputs whose
 * lengths or values the graph does not tell, and a batch where the model has a fixed one.
 */
export const randomInputs = (model: Pick<LossModel, 'graph' | 'loss'>, batch: number | undefined): RandomInputs => {
  const needed = new Set(topologicalOrder([model.loss]));
  const ports = ownInputs(model).filter((port) => needed.has(port));
  const symbol = batchOf(ports)?.symbol;
  if (symbol === undefined && batch !== undefined)
    refuse('--batch has nothing to set: the shapes of the model’s inputs are fixed; leave it out');
  const bound = new Map(symbol === undefined ? [] : [[symbol, batch ?? DEFAULT_BATCH]]);
  const indices = indexInputs(model.loss, INDEXING);
  const drawn = ports.map((port) => {
    const { name, dtype } = port.attributes;
    const shape = shapeOf(port, bound);
    const [array, values] = randomInput(port, shape, shortestIndexed(indices, name));
    return { array, described: { name, dtype, shape, values } };
  });
  return {
    arrays: Object.fromEntries(drawn.map(({ array, described }) => [described.name, array])),
    described: drawn.map(({ described }) => described),
  };
};
