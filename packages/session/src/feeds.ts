/** Checking feeds against what a model declares, and converting tensors to and from ONNX Runtime's. */

import type { DType, Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import * as ort from 'onnxruntime-node';
import type { SessionError } from './error.js';

/** A declared input or output: dimensions are numbers or symbols. */
export interface Port {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

const listed = (ports: readonly Port[]): string =>
  ports.map(({ name, dtype, shape }) => `"${name}" ${dtype}[${shape.join(', ')}]`).join(', ');

/** The feeds as ONNX Runtime's tensors, or what is wrong with one of them. A symbol must mean one number in all feeds. */
export const checkFeeds =
  (inputs: readonly Port[]) =>
  (feeds: Readonly<Record<string, Tensor>>): E.Either<SessionError, Record<string, ort.Tensor>> => {
    const unknown = Object.keys(feeds).find((name) => !inputs.some((i) => i.name === name));
    if (unknown !== undefined) {
      return E.left({
        _tag: 'UnknownFeed',
        feed: unknown,
        message: `the model has no input "${unknown}"; it has ${listed(inputs)}`,
      });
    }
    const symbols = new Map<string, { readonly size: number; readonly by: string }>();
    const tensors: Record<string, ort.Tensor> = {};
    for (const { name, dtype, shape } of inputs) {
      const feed = feeds[name];
      if (feed === undefined) {
        return E.left({
          _tag: 'MissingFeed',
          feed: name,
          message: `input "${name}" is missing; the model needs ${listed(inputs)}`,
        });
      }
      if (feed.dtype !== dtype) {
        return E.left({
          _tag: 'WrongType',
          feed: name,
          message: `input "${name}" must be ${dtype}, got ${feed.dtype}; convert it`,
        });
      }
      const wrongShape = (why: string): E.Either<SessionError, never> =>
        E.left({
          _tag: 'WrongShape',
          feed: name,
          message: `input "${name}" must have shape [${shape.join(', ')}], got [${feed.shape.join(', ')}]${why}`,
        });
      if (feed.shape.length !== shape.length) return wrongShape('');
      for (const [axis, d] of shape.entries()) {
        const size = feed.shape[axis]!;
        if (typeof d === 'number' ? d !== size : false) return wrongShape('');
        if (typeof d !== 'string') continue;
        const bound = symbols.get(d);
        if (bound && bound.size !== size) return wrongShape(`: ${d} is ${bound.size} in input "${bound.by}"`);
        symbols.set(d, { size, by: name });
      }
      tensors[name] = new ort.Tensor(dtype as 'float32', feed.data as Float32Array, feed.shape);
    }
    return E.right(tensors);
  };

/** ONNX Runtime's tensor as ours, without a copy. */
export const fromRuntime = (value: ort.Tensor): Tensor =>
  ({ dtype: value.type as DType, shape: value.dims, data: value.data }) as Tensor;
