import { type Expr, input, mul, type Output, reduceSum, tanh, tensor } from '@hograd/graph-builder';
import type { Session } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { openOnce, openOutputs } from '../src/runGraph.js';

const x = input('x', ['N', 2], 'float64');
const scale = input('scale', ['N', 1], 'float64');

/** As many operations as asked for, behind one another. */
const chain = (length: number): readonly Output[] => {
  const last = Array.from({ length }).reduce<Expr>((value, _, i) => (i % 2 === 0 ? tanh(value) : mul(value, scale)), x);
  return [
    { name: 'last', value: last },
    { name: 'sum', value: reduceSum(last) },
  ];
};

const feeds = {
  x: tensor([0.1, -0.2, 0.3, 0.4, -0.5, 0.6], [3, 2], 'float64'),
  scale: tensor([1.001, 1.0005, 1.002], [3, 1], 'float64'),
};

const run = async (session: Session) => {
  const result = await session.run(feeds)();
  await session.release()();
  if (E.isLeft(result)) throw new Error(result.left.message);
  return Object.fromEntries(
    Object.entries(result.right).map(([name, { shape, data }]) => [name, [shape, Array.from(data, Number)]]),
  );
};

describe('openOnce', () => {
  it('gives what a session for any lengths gives, opened for those of the feeds where the graph is large', async () => {
    for (const [length, rows, optimization] of [
      [20, 'N', 'all'],
      [5200, 3, 'disabled'],
    ] as const) {
      const once = await openOnce(chain(length), {}, feeds);
      expect(once.inputs.map(({ shape }) => shape)).toEqual([
        [rows, 2],
        [rows, 1],
      ]);
      expect(once.report.optimization.used).toBe(optimization);
      expect(await run(once)).toEqual(await run(await openOutputs(chain(length), {})));
    }
  });
});
