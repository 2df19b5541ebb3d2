/** Random tuples and random partitions of them, down to single scalars. */

import fc from 'fast-check';
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft } from 'fp-ts/lib/Either.js';
import { custom, type GroupSpec, type ParameterShape, type Partition, type PartitionError } from '../src/index.js';

/** The value of a Right; the test fails with the error's message otherwise. */
export const get = <A>(either: Either<PartitionError, A>): A => {
  if (isLeft(either)) throw new Error(either.left.message);
  return either.right;
};

/** The error of a Left; the test fails otherwise. */
export const refusal = <A>(either: Either<PartitionError, A>): PartitionError => {
  if (isLeft(either)) return either.left;
  throw new Error(`expected a refusal, got ${JSON.stringify(either.right)}`);
};

const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

export const tuple: fc.Arbitrary<readonly ParameterShape[]> = fc
  .array(shape, { minLength: 1, maxLength: 4 })
  .map((shapes) => shapes.map((own, p) => ({ name: `layer${p >> 1}.${p % 2 ? 'bias' : 'weight'}`, shape: own })));

const sizeOf = ({ shape: own }: ParameterShape): number => own.reduce((a, b) => a * b, 1);

/** Labels for parameters, or for scalars, become groups. */
const partitionByLabels = (
  parameters: readonly ParameterShape[],
  labels: readonly (readonly number[])[],
): Partition => {
  const groups = new Map<number, GroupSpec['parameters'][number][]>();
  parameters.forEach(({ name }, p) => {
    for (const label of new Set(labels[p])) {
      const indices = [...labels[p]!.keys()].filter((i) => labels[p]![i] === label);
      groups.set(label, [...(groups.get(label) ?? []), { parameter: name, indices }]);
    }
  });
  return get(custom([...groups].map(([label, own]) => ({ name: `g${label}`, parameters: own })))(parameters));
};

/** A partition by tensors or by scalars, of at most five groups. */
export const partitionOf = (parameters: readonly ParameterShape[]): fc.Arbitrary<Partition> => {
  const label = fc.integer({ min: 0, max: 4 });
  const whole = (size: number) => label.map((own) => Array.from({ length: size }, () => own));
  const scalars = (size: number) => fc.array(label, { minLength: size, maxLength: size });
  const one = (parameter: ParameterShape) => fc.oneof(whole(sizeOf(parameter)), scalars(sizeOf(parameter)));
  return fc.tuple(...parameters.map(one)).map((labels) => partitionByLabels(parameters, labels));
};

/** n partitions of one random tuple. */
export const partitions = (n: number): fc.Arbitrary<readonly Partition[]> =>
  tuple.chain((parameters) => fc.tuple(...Array.from({ length: n }, () => partitionOf(parameters))));
