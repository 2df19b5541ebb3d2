/** Running outputs on feeds, the batch whole or in slices. */

import { encode, makeGraph, type Output, type Tensor } from '@hograd/graph-builder';
import { openSession, type Session, type SessionOptions } from '@hograd/session';
import { orRefuse } from './failure.js';
import type { Arrays } from './feeds.js';
import type { Slice } from './means.js';
import type { MemoryPlan } from './memoryPlan.js';
import type { LossModel } from './model.js';
import { sessionFailure } from './sessionFailure.js';
import { openGraphFor } from './training/tensors.js';

/** A session for outputs. Refuses a device that cannot be had. */
export const openGraph = async (outputs: readonly Output[], options: SessionOptions): Promise<Session> =>
  orRefuse(await openSession(encode(makeGraph(outputs)), options)(), sessionFailure);

/**
 * A session for outputs that are wanted once, on these feeds. A large graph is opened for their lengths, and not optimized; it may take more
 * memory than a memory plan says.
 */
export const openOnce = async (outputs: readonly Output[], options: SessionOptions, feeds: Arrays): Promise<Session> =>
  openGraphFor(makeGraph(outputs), options, feeds);

const rows = (value: Tensor, start: number, end: number): Tensor => {
  const width = value.data.length / value.shape[0]!;
  return {
    ...value,
    shape: [end - start, ...value.shape.slice(1)],
    data: value.data.subarray(start * width, end * width) as never,
  };
};

/** Examples start…end − 1 of the arrays that have one row an example, and the others as they are. */
export const rowsOf = (arrays: Arrays, batched: readonly string[], start: number, end: number): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, value]) => [name, batched.includes(name) ? rows(value, start, end) : value]),
  );

/** What a slice's means are over: the labels that count, where the loss leaves some out, else the examples. */
const weightOf = (classes: LossModel['classes'], batched: readonly string[], own: Arrays, examples: number): number => {
  const leaving = classes.find(({ labels, ignored }) => ignored !== undefined && batched.includes(labels));
  const labels = leaving && own[leaving.labels];
  if (!labels) return examples;
  return Array.from(labels.data as ArrayLike<number | bigint>, Number).filter((v) => v !== leaving.ignored).length;
};

/** Outputs by name for examples start…end − 1; undefined where none of their labels counts. */
export const runRows =
  (session: Session, feeds: Arrays, { examples, batched }: MemoryPlan, classes: LossModel['classes']) =>
  async (start: number, end: number): Promise<Slice | undefined> => {
    const all = Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]));
    const own = end - start < examples ? rowsOf(all, batched, start, end) : all;
    const count = weightOf(classes, batched, own, end - start);
    return count > 0 ? { count, values: orRefuse(await session.run(own)(), sessionFailure) } : undefined;
  };

/**
 * Outputs by name for each slice of the plan, in order, as they are done, but those in which no label counts. The session is released at
 * the end.
 */
export async function* runSlices(
  session: Session,
  feeds: Arrays,
  plan: MemoryPlan,
  classes: LossModel['classes'],
): AsyncGenerator<Slice> {
  const { examples, slice } = plan;
  try {
    for (let start = 0; start < examples; start += slice) {
      const done = await runRows(session, feeds, plan, classes)(start, Math.min(start + slice, examples));
      if (done) yield done;
    }
  } finally {
    await session.release()();
  }
}
