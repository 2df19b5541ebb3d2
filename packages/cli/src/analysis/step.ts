/** The method's step as tensors, and the parameters after some of it. */

import { type Tensor, tensor } from '@hograd/graph-builder';
import { type Partition, spread } from '@hograd/partition';
import type { Tensors } from '../training/tensors.js';

/** −U I_{P:S} rates, by the names `direction.NAME` of the direction u that it is made of (arXiv 2312.03885, §3). */
export const stepAlong =
  (partition: Partition) =>
  (u: Tensors, rates: readonly number[]): Tensors => {
    const rateOf = spread(partition)(rates);
    return Object.fromEntries(
      partition.parameters.map(({ name }, p): readonly [string, Tensor] => {
        const { data, shape, dtype } = u[`direction.${name}`]!;
        const step = Float64Array.from(data as Float32Array, (value, i) => -rateOf[p]![i]! * value);
        return [`direction.${name}`, tensor(step, shape, dtype)];
      }),
    );
  };

/** θ + t·w for the parameters of those names, with w by the names `direction.NAME`. */
export const moved =
  (names: readonly string[]) =>
  (parameters: Tensors, t: number, w: Tensors): Tensors =>
    Object.fromEntries(
      names.map((name) => {
        const { data, shape, dtype } = parameters[name]!;
        const along = w[`direction.${name}`]!.data as Float32Array;
        return [
          name,
          tensor(
            Float64Array.from(data as Float32Array, (value, i) => value + t * along[i]!),
            shape,
            dtype,
          ),
        ];
      }),
    );
