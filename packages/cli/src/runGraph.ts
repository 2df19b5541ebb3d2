/** Running outputs on feeds, the batch whole or in slices. */

import { takeRows } from '@hograd/data';
import { makeGraph, type Output } from '@hograd/graph-builder';
import type { Session, SessionOptions } from '@hograd/session';
import { orRefuse } from './failure.js';
import type { Arrays } from './feeds.js';
import { pickingPlaces } from './indexInputs.js';
import type { Slice } from './means.js';
import type { MemoryPlan } from './memoryPlan.js';
import type { LossModel } from './model.js';
import { sessionFailure } from './sessionFailure.js';
import { openGraph, openGraphFor, sliceBatch } from './training/tensors.js';
import { labelsThatCount } from './training/weight.js';

/** A session for outputs. Refuses a device that cannot be had. */
export const openOutputs = (outputs: readonly Output[], options: SessionOptions): Promise<Session> =>
  openGraph(makeGraph(outputs), options);

/**
 * A session for outputs that are wanted once, on these feeds. A large graph is opened for their lengths, and not optimized; it may take more
 * memory than a memory plan says.
 */
export const openOnce = (outputs: readonly Output[], options: SessionOptions, feeds: Arrays): Promise<Session> =>
  openGraphFor(makeGraph(outputs), options, feeds);

/** What a slice's means are over: the labels that count, where the loss leaves some out, else the examples. */
const weightOf = (classes: LossModel['classes'], batched: readonly string[], own: Arrays, examples: number): number => {
  const leaving = classes.find(({ labels, ignored }) => ignored !== undefined && batched.includes(labels));
  const labels = leaving && own[leaving.labels];
  if (!labels) return examples;
  const picks = pickingPlaces(leaving.part, leaving.labels, labels.shape);
  return labelsThatCount(
    (labels.data as BigInt64Array).filter((_, place) => picks(place)),
    leaving.ignored,
  );
};

/** Outputs by name on the feeds of some examples. */
const run = async (
  session: Session,
  own: Arrays,
  examples: number,
  { batched }: MemoryPlan,
  classes: LossModel['classes'],
): Promise<Slice | undefined> => {
  const count = weightOf(classes, batched, own, examples);
  return count > 0 ? { count, values: orRefuse(await session.run(own)(), sessionFailure) } : undefined;
};

const readBy = (session: Session, feeds: Arrays): Arrays =>
  Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]));

/** Outputs by name for the examples of those indices; undefined where none of their labels counts. */
export const runExamples =
  (session: Session, feeds: Arrays, plan: MemoryPlan, classes: LossModel['classes']) =>
  (indices: readonly number[]): Promise<Slice | undefined> => {
    const own = Object.entries(readBy(session, feeds)).map(
      ([name, value]) => [name, plan.batched.includes(name) ? takeRows(value, indices) : value] as const,
    );
    return run(session, Object.fromEntries(own), indices.length, plan, classes);
  };

/** Outputs by name for examples start…end − 1; undefined where none of their labels counts. */
const runRows =
  (session: Session, feeds: Arrays, plan: MemoryPlan, classes: LossModel['classes']) =>
  (start: number, end: number): Promise<Slice | undefined> => {
    const all = readBy(session, feeds);
    const own = end - start < plan.examples ? sliceBatch(all, start, end, plan.batched) : all;
    return run(session, own, end - start, plan, classes);
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
