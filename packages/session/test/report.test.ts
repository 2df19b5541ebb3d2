import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { createOn } from '../src/create.js';
import { openSession } from '../src/index.js';
import { settingsOf } from '../src/options.js';
import { nodesInProfile } from '../src/placement.js';
import { ROUNDING_FUSIONS } from '../src/roundingFusions.js';
import type { Runtime } from '../src/runtime.js';
import { feeds, float64, get, model, refusal, tanhProduct } from './model.js';

describe('the report', () => {
  it('says what was asked for and what was used', async () => {
    const session = await get(openSession(tanhProduct(), { threads: 1, optimization: 'extended' }));
    expect(session.report).toEqual({
      requested: 'cpu',
      tried: [{ device: 'cpu' }],
      inPlace: false,
      chosen: 'cpu',
      threads: 1,
      optimization: { requested: 'extended', used: 'extended' },
      ortVersion: '1.30.0',
    });
    expect(session.placement()).toEqual({ complete: true });
    await get(session.release());
  });

  it('takes at least one thread, and no more than the process may use', async () => {
    const session = await get(openSession(tanhProduct()));
    expect(session.report.threads).toBeGreaterThanOrEqual(1);
    expect(session.report.threads).toBeLessThanOrEqual(availableParallelism());
    await get(session.release());
  });
});

describe('optimization', () => {
  /** x·sigmoid(αx), which onnxruntime fuses into QuickGelu, for which it has a kernel in float32 only. */
  const swish = (type: 'float32' | 'float64'): Uint8Array =>
    model({
      inputs: [['x', type, ['N']]],
      outputs: [['y', type, ['N']]],
      ...(type === 'float64' && { constants: { a: 1.5 } }),
      nodes: [
        ...(type === 'float64' ? ([['Mul', ['x', 'a'], ['ax']]] as const) : ([['Add', ['x', 'x'], ['ax']]] as const)),
        ['Sigmoid', ['ax'], ['s']],
        ['Mul', ['x', 's'], ['y']],
      ],
    });

  it('does without the fusion that has no float64 kernel; the result is exact and the report says so', async () => {
    const session = await get(openSession(swish('float64')));
    expect(session.report.optimization).toEqual({
      requested: 'all',
      used: 'all',
      withheld: ROUNDING_FUSIONS,
    });
    const { y } = await get(session.run({ x: float64([0.7, -3], [2]) }));
    [0.7, -3].forEach((x, i) => {
      expect(Math.abs(Number(y!.data[i]) - x / (1 + Math.exp(-1.5 * x)))).toBeLessThan(1e-15);
    });
    await get(session.release());
  });

  it('is what was asked for everywhere else', async () => {
    const session = await get(openSession(swish('float32')));
    expect(session.report.optimization).toEqual({ requested: 'all', used: 'all' });
    await get(session.release());
    const disabled = await get(openSession(swish('float64'), { optimization: 'disabled' }));
    expect(disabled.report.optimization).toEqual({ requested: 'disabled', used: 'disabled' });
    await get(disabled.release());
  });
});

describe('a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hograd-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is written where asked, once, and tells how many nodes ran where', async () => {
    const session = await get(openSession(tanhProduct(), { profile: join(folder, 'run'), optimization: 'disabled' }));
    await get(session.run(feeds));
    const { file, nodes } = await get(session.endProfiling());
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(folder).length).toBe(1);
    expect(nodes).toEqual({ cpu: 2 });
    expect(session.placement()).toEqual({ complete: true, nodes: { cpu: 2 } });
    expect((await refusal(session.endProfiling()))._tag).toBe('NotProfiling');
    await get(session.release());
  });

  it('is of the session that runs, where a float64 model at a path was opened before to find that it is one', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, tanhProduct('float64'));
    const session = await get(openSession(path, { profile: join(folder, 'double'), optimization: 'basic' }));
    expect(session.report.optimization.withheld).toEqual(ROUNDING_FUSIONS);
    await get(session.run({ x: float64([1, 2, 3], [1, 3]), w: float64([1, 2, 3, 4, 5, 6], [3, 2]) }));
    const { file, nodes } = await get(session.endProfiling());
    expect(nodes).toEqual({ cpu: 2 });
    expect(readdirSync(folder).filter((name) => name.startsWith('double_'))).toEqual([basename(file)]);
    await get(session.release());
  });

  it('that tells where nodes went leaves no folder behind where the session cannot be had', async () => {
    const prefixes: string[] = [];
    const failing = {
      InferenceSession: {
        create: async (_: unknown, { profileFilePrefix }: { readonly profileFilePrefix?: string }) => {
          if (profileFilePrefix === undefined) throw new Error('fallback to CPU EP has been explicitly disabled');
          prefixes.push(profileFilePrefix);
          throw new Error('std::bad_alloc');
        },
      },
    } as unknown as Runtime;
    const settings = settingsOf({ device: 'webgpu' });
    if (E.isLeft(settings)) throw new Error(settings.left.message);
    const { message } = await refusal(createOn(failing, Uint8Array.of(), 'webgpu', settings.right));
    expect(message).toMatch(/^there is not memory enough to open the model on webgpu/);
    expect(prefixes).toHaveLength(1);
    expect(existsSync(dirname(prefixes[0]!))).toBe(false);
  });

  it('is refused where it was not asked for', async () => {
    const session = await get(openSession(tanhProduct()));
    expect(await refusal(session.endProfiling())).toEqual({
      _tag: 'NotProfiling',
      message: 'the session is not profiling; open it with the option profile, and end the profile once',
    });
    await get(session.release());
  });

  it('counts nodes by device, not the copies between devices', () => {
    const node = (op_name: string, provider: string) => ({
      cat: 'Node',
      name: `${op_name}_kernel_time`,
      args: { op_name, provider },
    });
    const file = join(folder, 'mixed.json');
    const events = [
      { cat: 'Session', name: 'model_run' },
      node('MatMul', 'WebGpuExecutionProvider'),
      { cat: 'Node', name: 'MatMul_fence_before', args: { op_name: 'MatMul' } },
      node('Tanh', 'WebGpuExecutionProvider'),
      node('MemcpyToHost', 'WebGpuExecutionProvider'),
      node('EyeLike', 'CPUExecutionProvider'),
    ];
    writeFileSync(file, JSON.stringify(events));
    expect(nodesInProfile(file)).toEqual({ webgpu: 2, cpu: 1 });
  });
});
