/** Running outputs on feeds, the batch whole or in slices. */

import { encode, makeGraph, type Output, type Tensor } from '@hograd/graph-builder';
import { openSession, type Session, type SessionOptions } from '@hograd/session';
import { orRefuse } from './failure.js';
import type { Arrays } from './feeds.js';
import type { Slice } from './means.js';
import type { MemoryPlan } from './memoryPlan.js';
import { sessionFailure } from './sessionFailure.js';

/** A session for outputs. Refuses a device that cannot be had. */
export const openGraph = async (outputs: readonly Output[], options: SessionOptions): Promise<Session> =>
  orRefuse(await openSession(encode(makeGraph(outputs)), options)(), sessionFailure);

const rows = (value: Tensor, start: number, end: number): Tensor => {
  const width = value.data.length / value.shape[0]!;
  return {
    ...value,
    shape: [end - start, ...value.shape.slice(1)],
    data: value.data.subarray(start * width, end * width) as never,
  };
};

/** Outputs by name for each slice of the plan, in order, as they are done. The session is released at the end. */
export async function* runSlices(
  session: Session,
  feeds: Arrays,
  { examples, slice, batched }: MemoryPlan,
): AsyncGenerator<Slice> {
  try {
    for (let start = 0; start < examples; start += slice) {
      const end = Math.min(start + slice, examples);
      const own = Object.fromEntries(
        session.inputs.map(({ name }) => {
          const value = feeds[name]!;
          return [name, batched.includes(name) && slice < examples ? rows(value, start, end) : value];
        }),
      );
      yield { count: end - start, values: orRefuse(await session.run(own)(), sessionFailure) };
    }
  } finally {
    await session.release()();
  }
}
