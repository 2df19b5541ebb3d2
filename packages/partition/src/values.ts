/** Checks of vectors, matrices and cubes over the groups of a partition. */

import { type Left, left } from 'fp-ts/lib/Either.js';
import { asymmetryIn } from './asymmetry.js';
import type { PartitionError } from './error.js';

type Refusal = Left<PartitionError> | undefined;

const refuse = (message: string): Left<PartitionError> =>
  left<PartitionError, never>({ _tag: 'InvalidValues', message }) as Left<PartitionError>;

/** Refuses a vector that is not of `size` finite numbers. */
export const checkVector = (name: string, size: number, values: readonly number[]): Refusal => {
  if (values.length !== size) {
    return refuse(`${name} has ${values.length} entries and the partition ${size} groups; give one entry a group`);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  return wrong < 0 ? undefined : refuse(`${name}[${wrong}] is ${values[wrong]}; every entry must be a finite number`);
};

const checkEach =
  <A>(check: (name: string, size: number, values: A) => Refusal) =>
  (name: string, size: number, values: readonly A[]): Refusal => {
    if (values.length !== size) {
      return refuse(`${name} has ${values.length} rows and the partition ${size} groups; give one row a group`);
    }
    return values.reduce<Refusal>((refusal, row, i) => refusal ?? check(`${name}[${i}]`, size, row), undefined);
  };

/** Refuses anything but a square matrix of finite numbers. */
export const checkMatrix = checkEach(checkVector);

/** Refuses anything but a square matrix of finite numbers that is symmetric but for the rounding of float32. */
export const checkSymmetric = (name: string, size: number, values: readonly (readonly number[])[]): Refusal => {
  const wrong = checkMatrix(name, size, values);
  const pair = wrong ? undefined : asymmetryIn(values);
  if (pair === undefined) return wrong;
  const [s, t] = pair;
  return refuse(
    `${name}[${s}][${t}] is ${values[s]![t]} and ${name}[${t}][${s}] is ${values[t]![s]}; give a symmetric matrix`,
  );
};

/** Refuses anything but a cube of finite numbers. */
export const checkCube = checkEach(checkMatrix);
