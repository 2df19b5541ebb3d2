/** What only a machine with WebGPU can show; tools/webgpu-check.mjs provides one without a GPU. */

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openSession, probe, withSession } from '../src/index.js';
import { feeds, float32, float64, get, model, refusal, tanhProduct } from './model.js';

const required = process.env.HOGRAD_REQUIRE_WEBGPU === '1';
const webgpu = (await get(probe)).providers.find(({ device }) => device === 'webgpu');

it.runIf(required)('webgpu works here', () => {
  expect(webgpu).toMatchObject({ works: true });
});

const temporaryProfiles = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('hograd-profile-'));

describe.skipIf(!webgpu?.works && !required)('on webgpu', () => {
  it('a network is whole on the device and agrees with the CPU', async () => {
    const session = await get(openSession(tanhProduct(), { device: 'webgpu' }));
    expect(session.device).toBe('webgpu');
    expect(session.placement()).toEqual({ complete: true });
    const size = 257;
    const x = float32(
      Array.from({ length: 3 * size }, (_, i) => Math.sin(i)),
      [size, 3],
    );
    const onDevice = await get(session.run({ x, w: feeds.w }));
    const onCpu = await get(withSession(tanhProduct(), {}, (cpu) => cpu.run({ x, w: feeds.w })));
    const difference = (i: number) => Math.abs(Number(onCpu.y!.data[i]) - Number(onDevice.y!.data[i]));
    for (let i = 0; i < 2 * size; i++) expect(difference(i)).toBeLessThan(1e-5);
    await get(session.release());
  });

  it('writes into given tensors', async () => {
    const y = float32([0, 0, 0, 0], [2, 2]);
    const results = await get(withSession(tanhProduct(), { device: 'webgpu' }, (session) => session.run(feeds, { y })));
    expect(results.y).toBe(y);
    expect(y.data[0]).toBeCloseTo(Math.tanh(0.1 * 1 + 0.3 * 2 - 0.2 * 3), 6);
  });

  it('nodes that the device lacks are admitted: not complete, and counted after the first run', async () => {
    const before = temporaryProfiles();
    const eye = model({
      inputs: [['x', 'float32', ['N', 'N']]],
      outputs: [['y', 'float32', ['N', 'N']]],
      nodes: [
        ['EyeLike', ['x'], ['e']],
        ['MatMul', ['x', 'e'], ['z']],
        ['Tanh', ['z'], ['y']],
      ],
    });
    const session = await get(openSession(eye, { device: 'webgpu' }));
    expect(session.placement()).toEqual({ complete: false });
    const x = float32([0.5, 0, 0, 0.25], [2, 2]);
    const { y } = await get(session.run({ x }));
    expect(y!.data[3]).toBeCloseTo(Math.tanh(0.25), 6);
    expect(session.placement()).toEqual({ complete: false, nodes: { webgpu: 2, cpu: 1 } });
    await get(session.run({ x }));
    await get(session.release());
    const unused = await get(openSession(eye, { device: 'webgpu' }));
    await get(unused.release());
    expect(temporaryProfiles()).toEqual(before);
  });

  it('float64 is refused, since all of it would run on the CPU', async () => {
    const before = temporaryProfiles();
    expect(await refusal(openSession(tanhProduct('float64'), { device: 'webgpu' }))).toEqual({
      _tag: 'UnsupportedModel',
      what: 'float64',
      message: 'webgpu computes in float32 and this model is float64; convert it, or use device cpu',
    });
    const session = await get(openSession(tanhProduct('float64'), { device: 'auto' }));
    expect(session.device).not.toBe('webgpu');
    const { y } = await get(session.run({ x: float64([1, 2, 3], [1, 3]), w: float64([1, 0, 0, 0, 0, 0], [3, 2]) }));
    expect(y!.data[0]).toBe(Math.tanh(1));
    await get(session.release());
    expect(temporaryProfiles()).toEqual(before);
  });
});
