import { describe, expect, it } from 'vitest';
import { FASTEST_FIRST, listProviders, openSession, probe } from '../src/index.js';
import { feeds, get, refusal, tanhProduct } from './model.js';

const probed = await get(probe);
const working = probed.providers.filter(({ works }) => works).map(({ device }) => device);

describe('probe', () => {
  it('tests every provider, fastest first, and the CPU works', () => {
    const order = probed.providers.map(({ device }) => device);
    expect(order).toEqual(FASTEST_FIRST.filter((device) => order.includes(device)));
    expect(working.at(-1)).toBe('cpu');
  });

  it('says how close a working one is to float64, and why the others do not work and what to do', () => {
    for (const { works, maxDifference, error } of probed.providers) {
      if (works) expect(maxDifference).toBeLessThan(2e-3);
      else expect(error).toMatch(/^(cuda|webgpu): .+; .+/);
    }
    expect(probed.providers.find(({ device }) => device === 'cpu')?.maxDifference).toBeLessThan(1e-6);
  });

  it('agrees with the list of providers', async () => {
    const listed = await get(listProviders);
    expect(listed.map(({ device }) => device)).toEqual(probed.providers.map(({ device }) => device));
    for (const [i, { works }] of probed.providers.entries()) if (works) expect(listed[i]!.installed).toBe(true);
  });
});

describe('a device asked for by name', () => {
  it.each(FASTEST_FIRST)('%s is used, or refused with the cure: never replaced', async (device) => {
    if (working.includes(device)) {
      const session = await get(openSession(tanhProduct(), { device }));
      await get(session.run(feeds));
      const { report } = session;
      await get(session.release());
      expect(report.chosen).toBe(device);
      expect(report.tried).toEqual([{ device }]);
    } else {
      const error = await refusal(openSession(tanhProduct(), { device }));
      expect(error).toMatchObject({ _tag: 'ProviderUnavailable', device });
      expect(error.message).toMatch(/^(cuda|webgpu): .+; .+/);
    }
  });
});

describe('auto', () => {
  it('takes the fastest device that works, and says why not those before it', async () => {
    const session = await get(openSession(tanhProduct(), { device: 'auto' }));
    const { requested, tried, chosen } = session.report;
    expect(requested).toBe('auto');
    expect(chosen).toBe(working[0]);
    expect(session.device).toBe(chosen);
    expect(tried.at(-1)).toEqual({ device: chosen });
    for (const { device, error } of tried.slice(0, -1)) {
      expect(error).toBe(probed.providers.find((provider) => provider.device === device)?.error);
    }
    await get(session.release());
  });

  it("fails with the CPU's error where no device takes the model", async () => {
    const error = await refusal(openSession(new Uint8Array([1, 2, 3]), { device: 'auto' }));
    expect(error._tag).toBe('InvalidModel');
  });
});
