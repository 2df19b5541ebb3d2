/** Between hograd's tensors and onnxruntime's, without copying data. */

import type { DType, Tensor } from '@hograd/graph-builder';
import type { InferenceSession, OnnxValue, Tensor as RuntimeTensor } from 'onnxruntime-node';
import type { Runtime } from '../runtime.js';

/** The runtime's view of tensors: it reads (and, for fetches, writes) the very same memory. */
export const toRuntime = (
  runtime: Runtime,
  tensors: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, RuntimeTensor>> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, data, shape }]) => [
      name,
      // The overloads of the constructor pair each type with its array; checkFeeds has done so at run time.
      new runtime.Tensor(dtype as 'float32', data as Float32Array, shape),
    ]),
  );

const toTensor = (value: OnnxValue): Tensor => {
  const { type, dims, data } = value as RuntimeTensor;
  return { dtype: type as DType, shape: dims, data: data as Tensor['data'] };
};

/** Results by name. They live in memory of their own, which a release of the session leaves alone. */
export const fromRuntime = (results: InferenceSession.ReturnType): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(Object.entries(results).map(([name, value]) => [name, toTensor(value)]));
