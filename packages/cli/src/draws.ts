/**
 * What a model draws at random: masks of Dropout in training mode, noise of RandomNormal and others. A graph draws nothing, so they are
 * inputs, and whoever runs it draws: as functions of a key, so that a run that is resumed draws what an unbroken one draws.
 */

import { normal, type RandomKey, uniform } from '@hograd/data';
import { type Draw, elementCount, evaluateDim, type Input, type Tensor, tensor } from '@hograd/graph-builder';
import { refuse } from './failure.js';
import { lengthsIn, type Shapes } from './lengths.js';

/** Those of the inputs that stand for what a model draws. */
export const drawnAmong = (inputs: readonly Input[]): readonly Input[] =>
  inputs.filter(({ attributes }) => attributes.drawn !== undefined);

const numbersOf = (drawn: Draw, key: RandomKey, length: number): ArrayLike<number> => {
  if (drawn === 'normal') return normal(key, length);
  const between = uniform(key, length);
  // What float32 holds: rounded to it, the largest would be 1.
  if (drawn === 'uniform') return between.map((u) => Math.floor(u * 2 ** 24) / 2 ** 24);
  return between.map((u) => Number(u < drawn));
};

/** An input's elements, drawn. */
export const draw = ({ attributes, dtype }: Input, drawn: Draw, shape: readonly number[], key: RandomKey): Tensor =>
  tensor(numbersOf(drawn, [...key, attributes.name], elementCount(shape)), shape, dtype);

export const describeDraw = (drawn: Draw): string => {
  if (drawn === 'normal') return 'standard normal';
  return drawn === 'uniform' ? 'uniform in [0, 1)' : `true with probability ${Number(drawn.toPrecision(6))}`;
};

/**
 * All that is drawn of the inputs and not fed, as long as what is fed says, as functions of the key. Refuses a length that it does not say.
 */
export const draws = (inputs: readonly Input[], fed: Shapes, key: RandomKey): Readonly<Record<string, Tensor>> => {
  const lengthOf = evaluateDim(lengthsIn(inputs, fed));
  return Object.fromEntries(
    drawnAmong(inputs)
      .filter(({ attributes: { name } }) => !Object.hasOwn(fed, name))
      .map((port) => {
        const { name, drawn } = port.attributes;
        const shape = port.shape.map(
          (dim) =>
            lengthOf(dim) ??
            refuse(
              `"${name}" is ${port.dtype}[${port.shape.join(', ')}], which the model draws at random (${describeDraw(drawn!)}), and no other input says how long ${dim} is; give the array, or export the model in inference mode (model.eval())`,
            ),
        );
        return [name, draw(port, drawn!, shape, key)];
      }),
  );
};
