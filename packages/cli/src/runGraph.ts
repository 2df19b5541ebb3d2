/** Running outputs on feeds, the batch whole or in slices. */

import { encode, makeGraph, type Output, type Tensor } from '@hograd/graph-builder';
import { openSession, type Session, type SessionOptions } from '@hograd/session';
import { orRefuse } from './failure.js';
import type { Arrays } from './feeds.js';
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

export interface Part {
  /** Examples in this part. */
  readonly count: number;
  readonly values: Arrays;
}

/** Outputs by name for each slice of the plan, in order. The session is released at the end. */
export const runSlices = async (
  session: Session,
  feeds: Arrays,
  { examples, slice, batched }: MemoryPlan,
): Promise<readonly Part[]> => {
  const parts: Part[] = [];
  try {
    for (let start = 0; start < examples; start += slice) {
      const end = Math.min(start + slice, examples);
      const own = Object.fromEntries(
        session.inputs.map(({ name }) => {
          const value = feeds[name]!;
          return [name, batched.includes(name) && slice < examples ? rows(value, start, end) : value];
        }),
      );
      parts.push({ count: end - start, values: orRefuse(await session.run(own)(), sessionFailure) });
    }
    return parts;
  } finally {
    await session.release()();
  }
};

/** Means of the parts' values weighted by their examples, accumulated in float64. */
export const weightedMeans = (parts: readonly Part[]): Arrays => {
  const [only] = parts;
  if (parts.length === 1) return only!.values;
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return Object.fromEntries(
    Object.entries(only!.values).map(([name, first]) => {
      const sum = new Float64Array(first.data.length);
      for (const { count, values } of parts) {
        const data = values[name]!.data as Float64Array;
        for (let i = 0; i < sum.length; i++) sum[i]! += (count / total) * data[i]!;
      }
      const data = first.dtype === 'float32' ? Float32Array.from(sum) : sum;
      return [name, { ...first, data } as Tensor];
    }),
  );
};
