/** How long symbols are in what is fed, dimensions that are made of them included. */

import { type Input, input, makeGraph, mul, reduceSum, tanh } from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { lengthsIn } from '../src/lengths.js';
import { batchOf, PROCESS, planMemory } from '../src/memoryPlan.js';
import { openGraphFor } from '../src/training/tensors.js';

const mask = input('mask', ['6*N', 8]);
const x = input('x', ['N', 48]);

describe('the lengths of symbols', () => {
  it('follow from multiples and sums, wherever they stand', () => {
    const longer = input('longer', ['N + M', 'M + 1']);
    expect([...lengthsIn([mask], { mask: { shape: [30, 8] } })]).toEqual([['N', 5]]);
    expect([...lengthsIn([longer, mask], { longer: { shape: [9, 5] }, mask: { shape: [30, 8] } })].sort()).toEqual([
      ['M', 4],
      ['N', 5],
    ]);
    expect([...lengthsIn([mask], { mask: { shape: [31, 8] } })]).toEqual([]);
    expect([...lengthsIn([mask, x], { x: { shape: [7, 48] } })]).toEqual([['N', 7]]);
  });

  it('are what a large graph is opened for', async () => {
    let deep = reduceSum(mask);
    for (let i = 0; i < 5000; i++) deep = tanh(deep);
    const graph = makeGraph([{ name: 'y', value: deep }], [mask as Input]);
    const session = await openGraphFor(graph, {}, { mask: { shape: [12, 8] } });
    expect(session.inputs[0]!.shape).toEqual([12, 8]);
    await session.release()();
  });

  it('of a batch are those of a symbol alone, and what is tied to it is not cut', () => {
    expect(batchOf([mask, x])).toEqual({ symbol: 'N', names: ['x'] });
    const loss = mul(reduceSum(mask), reduceSum(x));
    const feeds = { mask: { shape: [6 * 4096, 8] }, x: { shape: [4096, 48] } };
    expect(() => planMemory([loss], feeds, PROCESS + 100_000)).toThrow(
      /input "mask" \[6\*N, 8\] is as long as the batch says, but not in one row an example/,
    );
    const alone = planMemory([reduceSum(x)], { x: { shape: [4096, 48] } }, PROCESS + 100_000);
    expect(alone.slice).toBeLessThan(4096);
  });
});
