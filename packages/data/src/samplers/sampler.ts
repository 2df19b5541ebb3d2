/** Samplers: which examples come in each batch, as a pure function of a small state. */

import * as E from 'fp-ts/lib/Either.js';
import { type DataError, invalidOption, invalidSeed } from '../errors.js';

/**
 * What to do with the examples left when `batch` does not divide `size`:
 * - `drop`: leave them out of the epoch (each epoch leaves out others, being shuffled anew);
 * - `keep`: one shorter batch ends the epoch, and every example comes exactly once an epoch;
 * - `wrap`: the batch is filled up from the next epoch's beginning, which goes on from there: no batch is short and no
 *   example left out, but an epoch need not end with a batch, and an example may come twice in a batch that spans two
 *   epochs.
 *
 * Statistics that are not linear in the batch (a Hessian's inverse, a step size) want batches of one size, so `drop` or
 * `wrap`.
 */
export type LastBatch = 'drop' | 'keep' | 'wrap';

/**
 * Where a sampler stands: plain data that JSON keeps exactly. All fields but the last two say whose state it is.
 */
export interface SamplerState {
  readonly size: number;
  readonly batch: number;
  readonly last: LastBatch;
  /** A safe integer; null: not shuffled. */
  readonly seed: number | null;
  readonly stream: string;
  /** Passes completed: it grows with the batch that ends a pass. */
  readonly epoch: number;
  /** Examples of the current pass already taken. */
  readonly position: number;
}

/** A batch, and where the next one comes from. */
export interface Sampled {
  /** Indices of a batch's examples, each in 0 … size − 1. */
  readonly indices: Uint32Array;
  readonly state: SamplerState;
}

/** Immutable: `next` of one state always gives the same. */
export interface Sampler {
  readonly initial: SamplerState;
  /** Throws RangeError for a state of another sampler; `resumeSampler` checks one that was read from a file. */
  readonly next: (state: SamplerState) => Sampled;
  /** Batches in one epoch; with `wrap`, the average, which may be a fraction. */
  readonly batchesPerEpoch: number;
}

/** The order in which one epoch visits the examples. */
export type OrderOfEpoch = (epoch: number) => Uint32Array;

/** The part of a state that says whose it is. */
type Identity = Omit<SamplerState, 'epoch' | 'position'>;

const perEpoch = ({ size, batch, last }: Identity): number => {
  if (last === 'wrap') return size / batch;
  return last === 'keep' ? Math.ceil(size / batch) : Math.floor(size / batch);
};

const problemOf = ({ size, batch, last, seed }: Identity): DataError | undefined => {
  if (!(Number.isInteger(size) && size >= 1 && size < 2 ** 32)) {
    return invalidOption('size', `size is ${size}; give the number of examples, a whole number from 1 to 4294967295`);
  }
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= size)) {
    const cure = size === 1 ? '1 example, give 1' : `${size} examples, give a whole number from 1 to ${size}`;
    return invalidOption('batch', `batch is ${batch}; with ${cure}`);
  }
  if (!['drop', 'keep', 'wrap'].includes(last)) {
    return invalidOption('last', `last is ${JSON.stringify(last)}; give "drop", "keep" or "wrap"`);
  }
  return seed === null || Number.isSafeInteger(seed) ? undefined : invalidSeed(seed);
};

/** A pass ends at the first position where no batch can begin. */
const endOf = ({ size, batch, last }: Identity): number => (last === 'drop' ? size - batch + 1 : size);

/** What is wrong with a state: fields that are not this sampler's, or no place in a pass; empty where it fits. */
export const misfits = (identity: Identity, state: { readonly [field: string]: unknown }): readonly string[] => {
  const foreign = Object.entries(identity).filter(([field, value]) => state[field] !== value);
  const limits = { epoch: Number.MAX_SAFE_INTEGER, position: endOf(identity) };
  const displaced = Object.entries(limits).filter(([field, limit]) => {
    const value = state[field];
    return !(Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < limit);
  });
  return [
    ...foreign.map(([field, value]) => `${field} ${JSON.stringify(state[field])} instead of ${JSON.stringify(value)}`),
    ...displaced.map(([field, limit]) => `${field} ${JSON.stringify(state[field])} outside 0 … ${limit - 1}`),
  ];
};

/**
 * Remembers the last two epochs' orders (a wrapped batch spans two): invisible from outside, since an order is a
 * function of its epoch.
 */
const remembering = (orderOf: OrderOfEpoch): OrderOfEpoch => {
  const orders = new Map<number, Uint32Array>();
  return (epoch) => {
    const known = orders.get(epoch);
    if (known) return known;
    if (orders.size === 2) orders.delete(orders.keys().next().value!);
    const order = orderOf(epoch);
    orders.set(epoch, order);
    return order;
  };
};

/** The sampler that walks through each epoch's order. Fails with InvalidOption. */
export const makeSampler = (identity: Identity, orderOf: OrderOfEpoch): E.Either<DataError, Sampler> => {
  const problem = problemOf(identity);
  if (problem) return E.left(problem);
  const { batch, last } = identity;
  const order = remembering(orderOf);
  const end = endOf(identity);

  const next = (state: SamplerState): Sampled => {
    const wrong = misfits(identity, { ...state });
    if (wrong.length > 0) throw new RangeError(`not a state of this sampler: ${wrong.join(', ')}; use its own`);
    const { epoch, position } = state;
    const taken = order(epoch).slice(position, position + batch);
    const missing = last === 'wrap' ? batch - taken.length : 0;
    if (missing > 0) {
      const indices = new Uint32Array(batch);
      indices.set(taken);
      indices.set(order(epoch + 1).subarray(0, missing), taken.length);
      return { indices, state: { ...identity, epoch: epoch + 1, position: missing } };
    }
    const reached = position + taken.length;
    const place = reached < end ? { epoch, position: reached } : { epoch: epoch + 1, position: 0 };
    return { indices: taken, state: { ...identity, ...place } };
  };
  return E.right({ initial: { ...identity, epoch: 0, position: 0 }, next, batchesPerEpoch: perEpoch(identity) });
};
