import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const binary = fileURLToPath(new URL('../bin/install-cuda.js', import.meta.url));

describe('hograd-install-cuda', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hograd-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The command of a clone whose dist has that text; without one, it has not been built. */
  const run = (name: string, dist: string | undefined, ...args: readonly string[]) => {
    const clone = join(folder, name);
    for (const part of ['bin', 'dist']) mkdirSync(join(clone, part), { recursive: true });
    writeFileSync(join(clone, 'package.json'), '{ "type": "module" }');
    copyFileSync(binary, join(clone, 'bin', 'install-cuda.js'));
    if (dist !== undefined) writeFileSync(join(clone, 'dist', 'index.js'), dist);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'bin', 'install-cuda.js'), ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  const built = (probed: object): string => `
    const installed = { _tag: 'Right', right: { folder: '/there', libraries: ['a.so'], unresolved: [] } };
    export const installCuda = () => async () => installed;
    export const probe = async () => (${JSON.stringify(probed)});`;
  const said = (last: string) => ({ status: 0, stdout: `installed in /there: a.so\n${last}\n`, stderr: '' });

  it('says in one line that a clone has not been built, and its help all the same', () => {
    const stderr = 'this clone is not built yet; run "npm run build" at its root\n';
    expect(run('none', undefined)).toEqual({ status: 1, stdout: '', stderr });
    expect(run('none', undefined, '--help')).toMatchObject({ status: 0, stderr: '' });
  });

  it('says whether CUDA runs, and why not', () => {
    const provider = (fields: object) => ({ _tag: 'Right', right: { providers: [{ device: 'cuda', ...fields }] } });
    expect(run('works', built(provider({ works: true, maxDifference: 0.5 })))).toEqual(
      said('cuda works: 0.5 from float64'),
    );
    expect(run('fails', built(provider({ works: false, error: 'no driver' })))).toEqual(
      said('cuda does not run yet: no driver'),
    );
    expect(run('unprobed', built({ _tag: 'Left', left: { message: 'it does not load' } }))).toEqual(
      said('cuda does not run yet: it does not load'),
    );
  });
});
