import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';

describe('hograd --version', () => {
  it('prints the version of the package', async () => {
    const { status, out } = await hograd('--version');
    expect(status).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(JSON.parse((await hograd('doctor', '--json')).out).versions.hograd).toBe(out.trim());
  });
});

describe('hograd doctor', () => {
  it('says what runs here, and that both engines agree', async () => {
    const { status, out } = await hograd('doctor', '--json');
    expect(status).toBe(0);
    const found = JSON.parse(out);
    expect(found.versions.node).toBe(process.version);
    expect(found.providers.find((p: { device: string }) => p.device === 'cpu')).toMatchObject({ works: true });
    for (const p of found.providers) expect(p.works || p.error.length > 0).toBe(true);
    expect(found.golden.agrees).toBe(true);
  });
});
