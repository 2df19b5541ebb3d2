/** Runs of consecutive layers, and layers taken in turn. */

import { chain, left } from 'fp-ts/lib/Either.js';
import { layerName, layers } from '../layers.js';
import { checkParameters } from '../parameters.js';
import { byKey, type Partitioning } from './partitioning.js';

/** Groups by a function from a layer's index and the number of layers. Refuses a count that is not in 1..layers. */
const byLayerIndex = (rule: string, count: number, nameOf: (layer: number, total: number) => string): Partitioning => {
  const grouped: Partitioning = (parameters) => {
    const names = layers(parameters).map(({ name }) => name);
    const total = names.length;
    if (!Number.isSafeInteger(count) || count < 1) {
      const message = `${rule}:${count} asks for ${count} parts; their number must be a positive integer`;
      return left({ _tag: 'InvalidCount', message, count });
    }
    if (count > total) {
      const message = `${rule}:${count} needs at least ${count} layers, and there are ${total}; ask for at most ${rule}:${total}`;
      return left({ _tag: 'InvalidCount', message, count });
    }
    const index = new Map(names.map((name, l) => [name, l]));
    return byKey(
      (checked) => checked.map(({ name }) => nameOf(index.get(layerName(name))!, total)),
      names.map((_, l) => nameOf(l, total)),
    )(parameters);
  };
  // The tuple first: two parameters of one name make a layer too few, and the count would be blamed for it.
  return (parameters) => chain(grouped)(checkParameters(parameters));
};

/** The run of layer `layer` when `total` layers are cut into `count` runs of which the first ones are one layer longer. */
const runOf = (layer: number, total: number, count: number): number => {
  const short = Math.floor(total / count);
  const long = total % count;
  const inLong = long * (short + 1);
  return layer < inLong ? Math.floor(layer / (short + 1)) : long + Math.floor((layer - inLong) / short);
};

/**
 * `count` runs of consecutive layers, `block0`, `block1`, …: 5 layers in 4 runs are 2, 1, 1, 1. Weights and biases together.
 * Refuses (InvalidCount) a count that is not a positive integer or exceeds the number of layers.
 */
export const byDepth = (count: number): Partitioning => runs('depth', count);

/** byDepth under the name of the rule that its errors are to speak of. */
export const runs = (rule: string, count: number): Partitioning =>
  byLayerIndex(rule, count, (layer, total) => `block${runOf(layer, total, count)}`);

/** Layer l in group l mod `count`: `turn0`, `turn1`, …. Weights and biases together; refuses what byDepth refuses. */
export const turns = (rule: string, count: number): Partitioning =>
  byLayerIndex(rule, count, (layer) => `turn${layer % count}`);
