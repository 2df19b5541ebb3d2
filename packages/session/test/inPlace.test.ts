import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@hograd/graph-builder';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session, type Tensors } from '../src/index.js';
import { END, withEnd } from '../src/inPlace.js';
import { feeds, float32, float64, get, identity, model, refusal, tanhProduct } from './model.js';

const { onnx } = onnxProto;

const open = (bytes: Uint8Array | string): Promise<Session> => get(openSession(bytes, { inPlace: true }));

const zeros = (results: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(results).map(([name, t]) => [name, { ...t, data: t.data.slice().fill(0 as never) }]),
  );

/** Both of x + x and x · x. */
const two = (opset = 17): Uint8Array =>
  model({
    inputs: [['x', 'float64', ['N']]],
    outputs: [
      ['sum', 'float64', ['N']],
      ['product', 'float64', ['N']],
    ],
    nodes: [
      ['Add', ['x', 'x'], ['sum']],
      ['Mul', ['x', 'x'], ['product']],
    ],
    opset,
  });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hograd-test-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('results in place', () => {
  it('puts a graph of an empty sequence before a model, which stays as it is', () => {
    const own = tanhProduct();
    const whole = withEnd(own);
    const length = whole.length - own.length;
    expect(whole.subarray(length)).toEqual(Buffer.from(own));
    const ending = onnx.ModelProto.encode({
      graph: {
        node: [{ output: [END], opType: 'SequenceEmpty' }],
        output: [{ name: END, type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } }],
      },
    } as never).finish();
    expect(Buffer.from(whole.subarray(0, length)).toString('hex')).toBe(Buffer.from(ending).toString('hex'));
  });

  it('writes the same numbers as a run that returns them', async () => {
    const session = await open(tanhProduct());
    expect(session.report.inPlace).toBe(true);
    expect(session.outputs.map(({ name }) => name)).toEqual(['y']);
    const returned = await get(session.run(feeds));
    const given = zeros(returned);
    const written = await get(session.run(feeds, given));
    expect(written).toBe(given);
    expect(written).toEqual(returned);
    await get(session.release());
  });

  it('writes those outputs that tensors are given for', async () => {
    const session = await open(two());
    const product = float64([0, 0], [2]);
    await get(session.run({ x: float64([3, 4], [2]) }, { product }));
    expect([...product.data]).toEqual([9, 16]);
    await get(session.release());
  });

  it('allocates no memory for results', async () => {
    const length = 4_000_000;
    const session = await open(identity('float32', ['N']));
    const large = (): Tensor => ({ dtype: 'float32', shape: [length], data: new Float32Array(length) });
    const [x, y] = [large(), large()];
    await get(session.run({ x }, { y }));
    const before = process.memoryUsage().arrayBuffers;
    await get(session.run({ x }, { y }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(length);
    await get(session.release());
  });

  it('a run that fails is left with its error', async () => {
    const session = await open(
      model({
        inputs: [
          ['x', 'float32', ['N', 2]],
          ['w', 'float32', ['K', 2]],
        ],
        outputs: [['y', 'float32', ['N', 2]]],
        nodes: [['MatMul', ['x', 'w'], ['y']]],
      }),
    );
    const wrong = { x: float32([1, 2], [1, 2]), w: float32([1, 2, 3, 4, 5, 6], [3, 2]) };
    const error = await refusal(session.run(wrong, { y: float32([0, 0], [1, 2]) }));
    expect(error._tag).toBe('RunFailed');
    expect(error.message).toMatch(/^MatMul \(node "MatMul"\) failed on cpu: /);
    await get(session.release());
  });

  it('is not for older opsets and paths, which run as without it', async () => {
    const file = join(folder, 'model.onnx');
    writeFileSync(file, two());
    for (const source of [two(10), file]) {
      const session = await open(source);
      expect(session.report.inPlace).toBe(false);
      const sum = float64([0], [1]);
      await get(session.run({ x: float64([5], [1]) }, { sum }));
      expect([...sum.data]).toEqual([10]);
      await get(session.release());
    }
  });

  it('what is no model is refused as without it', async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(await refusal(openSession(bytes, { inPlace: true }))).toEqual(await refusal(openSession(bytes)));
  });
});
