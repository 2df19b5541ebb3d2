import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@hograd/graph-builder';
import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session, withSession } from '../src/index.js';
import { feeds, float32, float64, get, identity, model, refusal, tanhProduct } from './model.js';

const tanhOf = (x: ArrayLike<number>, w: ArrayLike<number>, rows: number): readonly number[] =>
  Array.from({ length: rows * 2 }, (_, i) => {
    const [row, column] = [i >> 1, i & 1];
    return Math.tanh([0, 1, 2].reduce((sum, k) => sum + x[row * 3 + k]! * w[k * 2 + column]!, 0));
  });

const expectClose = (got: Tensor, wanted: readonly number[], tolerance: number): void => {
  expect(got.data.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(Number(got.data[i]) - value)).toBeLessThan(tolerance);
  });
};

describe('a run', () => {
  let session: Session;
  beforeAll(async () => {
    session = await get(openSession(tanhProduct()));
  });
  afterAll(() => get(session.release()));

  it('computes what the model says, for any batch, in both precisions', async () => {
    const double = await get(openSession(tanhProduct('float64')));
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    const rows = fc.integer({ min: 1, max: 5 });
    const sample = rows.chain((n) =>
      fc.tuple(
        fc.array(entry, { minLength: 3 * n, maxLength: 3 * n }),
        fc.array(entry, { minLength: 6, maxLength: 6 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(sample, async ([x, w]) => {
        const n = x.length / 3;
        const single = await get(session.run({ x: float32(x, [n, 3]), w: float32(w, [3, 2]) }));
        expect(single.y!.shape).toEqual([n, 2]);
        expectClose(single.y!, tanhOf(x, w, n), 1e-5);
        const exact = await get(double.run({ x: float64(x, [n, 3]), w: float64(w, [3, 2]) }));
        expectClose(exact.y!, tanhOf(x, w, n), 1e-14);
      }),
      { numRuns: 30 },
    );
    await get(double.release());
  });

  it('says what goes in and what comes out', () => {
    expect(session.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: ['N', 3] },
      { name: 'w', dtype: 'float32', shape: [3, 2] },
    ]);
    expect(session.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['N', 2] }]);
  });

  it('reads feeds in place, views into larger arrays included', async () => {
    const memory = Float32Array.from([9, 9, 1, 2, 3, 9]);
    const x: Tensor = { dtype: 'float32', shape: [1, 3], data: memory.subarray(2, 5) };
    const before = await get(session.run({ x, w: feeds.w }));
    expectClose(before.y!, tanhOf([1, 2, 3], feeds.w.data, 1), 1e-6);
    memory[2] = -1;
    const after = await get(session.run({ x, w: feeds.w }));
    expectClose(after.y!, tanhOf([-1, 2, 3], feeds.w.data, 1), 1e-6);
  });

  it('writes into tensors that are given for outputs, and returns those very tensors', async () => {
    const y = float32([0, 0, 0, 0], [2, 2]);
    const results = await get(session.run(feeds, { y }));
    expect(results.y).toBe(y);
    expectClose(y, tanhOf(feeds.x.data, feeds.w.data, 2), 1e-6);
  });

  it('takes a batch of none', async () => {
    const { y } = await get(session.run({ x: float32([], [0, 3]), w: feeds.w }));
    expect(y).toEqual(float32([], [0, 2]));
  });

  it('starts only when the task is called, and can be called again', async () => {
    const task = session.run(feeds);
    expect(await task()).toEqual(await task());
  });
});

describe('the outputs of a run', () => {
  const twice = model({
    inputs: [['x', 'float32', ['N']]],
    outputs: [
      ['a', 'float32', ['N']],
      ['b', 'float32', ['N']],
    ],
    nodes: [
      ['Neg', ['x'], ['a']],
      ['Exp', ['x'], ['b']],
    ],
  });
  const x = float32([0], [1]);

  it('are all of them, or those asked for by name', async () => {
    const session = await get(openSession(twice));
    expect(Object.keys(await get(session.run({ x })))).toEqual(['a', 'b']);
    expect(await get(session.run({ x }, ['b']))).toEqual({ b: float32([1], [1]) });
    await get(session.release());
  });

  it('outlive the session', async () => {
    const { b } = await get(withSession(twice, {}, (session) => session.run({ x: float32([1, 0], [2]) })));
    expectClose(b!, [Math.E, 1], 1e-6);
  });
});

describe('element types and shapes', () => {
  const tensors: readonly Tensor[] = [
    float32([1.5, -2], [2]),
    float64([1 / 3, -2], [2]),
    { dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) },
    { dtype: 'int16', shape: [2], data: Int16Array.of(-32768, 1) },
    { dtype: 'int32', shape: [2], data: Int32Array.of(-(2 ** 31), 1) },
    { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 1n) },
    { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) },
    { dtype: 'uint16', shape: [2], data: Uint16Array.of(0, 65535) },
    { dtype: 'uint32', shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
    { dtype: 'uint64', shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
    { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
  ];

  it.each(tensors.map((x) => [x.dtype, x] as const))('%s goes in and comes out unchanged', async (dtype, x) => {
    expect(await get(withSession(identity(dtype, [2]), {}, (session) => session.run({ x })))).toEqual({ y: x });
  });

  it('a scalar has shape []', async () => {
    const x = float32([7], []);
    expect(await get(withSession(identity('float32', []), {}, (session) => session.run({ x })))).toEqual({ y: x });
  });

  it('a shape that the model does not declare is left to the runtime', async () => {
    const x = float32([1, 2, 3, 4], [2, 2]);
    expect(await get(withSession(identity('float32'), {}, (session) => session.run({ x })))).toEqual({ y: x });
  });

  it('dimensions without a name are free of one another', async () => {
    const x = float32([1, 2], [1, 2]);
    const open = identity('float32', [null, null]);
    expect(await get(withSession(open, {}, (session) => session.run({ x })))).toEqual({ y: x });
  });
});

describe('a model', () => {
  it('may be given by its path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hograd-test-'));
    const path = join(folder, 'model.onnx');
    writeFileSync(path, tanhProduct());
    const { y } = await get(withSession(path, {}, (session) => session.run(feeds)));
    expectClose(y!, tanhOf(feeds.x.data, feeds.w.data, 2), 1e-6);
    rmSync(folder, { recursive: true });
  });

  it('may lie inside a larger buffer', async () => {
    const bytes = tanhProduct();
    const larger = new Uint8Array(bytes.length + 20).fill(255);
    larger.set(bytes, 7);
    const { y } = await get(withSession(larger.subarray(7, 7 + bytes.length), {}, (session) => session.run(feeds)));
    expectClose(y!, tanhOf(feeds.x.data, feeds.w.data, 2), 1e-6);
  });
});

describe('a release', () => {
  const ends: readonly (readonly [string, (session: Session) => TE.TaskEither<string, number>, unknown])[] = [
    ['succeeds', () => TE.right(1), { _tag: 'Right', right: 1 }],
    ['fails', () => TE.left('no'), { _tag: 'Left', left: 'no' }],
    ['rejects', () => () => Promise.reject(new Error('rejected')), new Error('rejected')],
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
      new Error('thrown'),
    ],
  ];
  it.each(ends)('follows a use that %s, and the caller is told how it ended', async (_, use, end) => {
    let used: Session | undefined;
    const task = withSession(tanhProduct(), {}, (session) => {
      used = session;
      return use(session);
    });
    expect(await task().catch((cause: unknown) => cause)).toEqual(end);
    expect((await refusal(used!.run(feeds)))._tag).toBe('Released');
  });

  it('refuses runs after it, and may be repeated', async () => {
    const session = await get(openSession(tanhProduct()));
    await get(session.release());
    expect(await refusal(session.run(feeds))).toEqual({
      _tag: 'Released',
      message: 'the session has been released; open another one',
    });
    await get(session.release());
  });

  it('is what withSession ends with, whether the use succeeds or fails', async () => {
    const used: Session[] = [];
    const keep = (session: Session) => {
      used.push(session);
      return session;
    };
    await get(withSession(tanhProduct(), {}, (session) => keep(session).run(feeds)));
    const error = await refusal(withSession(tanhProduct(), {}, (session) => keep(session).run({})));
    expect(error._tag).toBe('MissingFeed');
    const own = await refusal(withSession(tanhProduct(), {}, () => TE.left({ message: 'mine' })));
    expect(own).toEqual({ message: 'mine' });
    for (const session of used) expect((await refusal(session.run(feeds)))._tag).toBe('Released');
    expect(used.length).toBe(2);
  });
});
