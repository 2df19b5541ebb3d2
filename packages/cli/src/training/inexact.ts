/**
 * Groups whose gradient is rounding error in float32. A bias that a normalisation follows does not change the loss, but what is left of its
 * gradient, of ḡ_s and H̄_ss after cancellation is not 0, and any ratio of them is a rate: 1e15 was seen. A method that does not change with the
 * groups' scales cannot tell such numbers from others; the same gradient in float64 does.
 */

import { castGraph, grad, makeGraph, type Tensor } from '@hograd/graph-builder';
import type { SlicedSummary, SummaryNumbers } from '@hograd/newton-summary';
import type { Group, Partition } from '@hograd/partition';
import type { SessionOptions } from '@hograd/session';
import { directionName } from '../feeds.js';
import { inPrecision, openGraphFor, runOn, type Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';

/** A gradient that is off by more than this, relative to itself, is none. */
const LARGEST_ERROR = 0.5;

/** Sums of squares over a group: of the gradient, and of its difference from the one in float32. */
const errorOf = (
  { members }: Group,
  single: Tensors,
  double: Tensors,
): { readonly own: number; readonly off: number } => {
  let [own, off] = [0, 0];
  for (const { parameter, indices } of members) {
    const [a, b] = [single, double].map((run) => run[`direction.${parameter}`]!.data as Float64Array) as [
      Float64Array,
      Float64Array,
    ];
    const add = (i: number): void => {
      own += b[i]! ** 2;
      off += (a[i]! - b[i]!) ** 2;
    };
    if (indices) for (const i of indices) add(i);
    else for (let i = 0; i < b.length; i++) add(i);
  }
  return { own, off };
};

export interface InexactOptions extends Pick<SessionOptions, 'threads'> {
  /** Where the gradient at these very values is known, in the loss's own precision: by `direction.NAME`. */
  readonly known?: Tensors;
}

/** For each group, whether its gradient at these parameters and on this batch cannot be told in float32. Runs on the CPU, which has float64. */
export const inexactGroups = async (
  { loss, parameters, partition }: Pick<TrainingProblem, 'loss' | 'parameters' | 'partition'>,
  values: Tensors,
  { threads, known }: InexactOptions = {},
): Promise<readonly boolean[]> => {
  const graph = makeGraph(grad(loss, parameters).map((value, i) => ({ name: directionName(parameters[i]!), value })));
  const run = async (dtype: 'float32' | 'float64'): Promise<Tensors> => {
    if (known && dtype === loss.dtype) return known;
    const session = await openGraphFor(castGraph(dtype)(graph), threads === undefined ? {} : { threads }, values);
    const own = Object.fromEntries(
      session.inputs.map(({ name }): [string, Tensor] => [name, inPrecision(dtype, values[name]!)]),
    );
    return runOn(session, own).finally(async () => {
      await session.release()();
    });
  };
  const [single, double] = [await run('float32'), await run('float64')];
  return partition.groups.map((group) => {
    const { own, off } = errorOf(group, single, double);
    return off > LARGEST_ERROR ** 2 * own;
  });
};

/** The names of the chosen groups. */
export const namesOf = ({ groups }: Partition, chosen: readonly boolean[]): readonly string[] =>
  groups.flatMap(({ name }, s) => (chosen[s] ? [name] : []));

/** A summary with zeros for those groups: nothing pulls them, and nothing couples them to the others. */
export const withoutGroups = <T extends SummaryNumbers | SlicedSummary>(left: readonly boolean[], summary: T): T => {
  if (!left.includes(true)) return summary;
  const vector = (own: readonly number[]): readonly number[] => own.map((value, s) => (left[s] ? 0 : value));
  return {
    ...summary,
    gbar: vector(summary.gbar),
    Hbar: summary.Hbar.map((row, s) => vector(left[s] ? row.map(() => 0) : row)),
    D3: vector(summary.D3),
    ...('slices' in summary && { slices: summary.slices.map((slice) => withoutGroups(left, slice)) }),
  };
};
