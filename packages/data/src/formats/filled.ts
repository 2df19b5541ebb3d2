/** Do a tensor's data fill its shape? */

import type { Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type ShapeMismatch, shapeMismatch } from '../errors.js';
import { sizeOf } from './elements.js';

/** As many elements as the shape has; otherwise ShapeMismatch names the array. */
export const checkFilled =
  (array: string) =>
  <T extends Tensor>(tensor: T): E.Either<ShapeMismatch, T> => {
    const [found, wanted] = [tensor.data.length, sizeOf(tensor.shape)];
    return found === wanted
      ? E.right(tensor)
      : E.left(shapeMismatch(`${array}: ${found} elements; shape [${tensor.shape.join(', ')}] takes ${wanted}`));
  };
