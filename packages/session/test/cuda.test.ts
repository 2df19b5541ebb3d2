import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCudaBuild } from '../src/cuda/libraries.js';
import { installCuda } from '../src/index.js';
import { get, refusal } from './model.js';

const CUDA = 'libonnxruntime_providers_cuda.so';
const SHARED = 'libonnxruntime_providers_shared.so';

let source: string;
let into: string;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'hograd-test-'));
  into = mkdtempSync(join(tmpdir(), 'hograd-test-'));
});
afterEach(() => {
  for (const folder of [source, into]) rmSync(folder, { recursive: true });
});

const wheel = (name: string, files: Readonly<Record<string, string>>): string => {
  const file = join(source, name);
  const entries = Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)] as const);
  writeFileSync(file, zipSync(Object.fromEntries(entries)));
  return file;
};

const RIGHT_NAME = 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl';

describe.runIf(hasCudaBuild())('installing the CUDA provider', () => {
  it('takes the two libraries, and nothing else, from a folder', async () => {
    for (const name of [CUDA, SHARED, 'libonnxruntime_providers_tensorrt.so']) writeFileSync(join(source, name), name);
    const installed = await get(installCuda({ _tag: 'folder', path: source }, into));
    expect(installed).toMatchObject({ folder: into, libraries: [SHARED, CUDA] });
    expect(readdirSync(into).sort()).toEqual([CUDA, SHARED]);
    expect(readFileSync(join(into, CUDA), 'utf8')).toBe(CUDA);
  });

  it('takes them out of the wheel of the same version, and replaces what was there', async () => {
    const file = wheel(RIGHT_NAME, {
      [`onnxruntime/capi/${CUDA}`]: 'cuda',
      [`onnxruntime/capi/${SHARED}`]: 'shared',
      'onnxruntime/capi/libonnxruntime.so.1.30.0': 'runtime',
    });
    writeFileSync(join(into, CUDA), 'old');
    await get(installCuda({ _tag: 'wheel', file }, into));
    expect(readdirSync(into).sort()).toEqual([CUDA, SHARED]);
    expect(readFileSync(join(into, CUDA), 'utf8')).toBe('cuda');
  });

  it('refuses a wheel of another version: its libraries would not fit', async () => {
    const file = wheel('onnxruntime_gpu-1.22.0-cp312-cp312-manylinux_2_28_x86_64.whl', {});
    expect(await refusal(installCuda({ _tag: 'wheel', file }, into))).toEqual({
      _tag: 'WrongVersion',
      message:
        '"onnxruntime_gpu-1.22.0-cp312-cp312-manylinux_2_28_x86_64.whl" is version 1.22.0; onnxruntime-node is 1.30.0, take onnxruntime_gpu-1.30.0-…manylinux…x86_64.whl',
    });
    const other = wheel('numpy-2.0.whl', {});
    expect((await refusal(installCuda({ _tag: 'wheel', file: other }, into))).message).toMatch(
      /^"numpy-2.0.whl" is no onnxruntime-gpu wheel by its name; /,
    );
  });

  it('refuses a source without the libraries, and writes nothing', async () => {
    const file = wheel(RIGHT_NAME, { 'onnxruntime/capi/other.so': '' });
    expect((await refusal(installCuda({ _tag: 'wheel', file }, into))).message).toBe(
      `the wheel "${file}" cannot be read: it has no ${SHARED} and no ${CUDA}`,
    );
    writeFileSync(join(source, SHARED), '');
    expect((await refusal(installCuda({ _tag: 'folder', path: source }, into))).message).toBe(
      `the folder "${source}" has no ${CUDA}`,
    );
    expect(readdirSync(into)).toEqual([]);
  });

  it('refuses what cannot be read', async () => {
    const file = join(source, RIGHT_NAME);
    writeFileSync(file, 'not a zip');
    expect((await refusal(installCuda({ _tag: 'wheel', file }, into))).message).toMatch(
      /^the wheel ".+" cannot be read: /,
    );
    expect(await refusal(installCuda({ _tag: 'folder', path: '/nowhere' }, into))).toMatchObject({
      _tag: 'SourceFailed',
      message: expect.stringMatching(/^the folder "\/nowhere" cannot be read: ENOENT/),
    });
  });

  it('leaves what was there where one of the two cannot be copied, and nothing half written', async () => {
    writeFileSync(join(source, SHARED), 'new');
    mkdirSync(join(source, CUDA));
    for (const name of [CUDA, SHARED]) writeFileSync(join(into, name), 'old');
    expect((await refusal(installCuda({ _tag: 'folder', path: source }, into)))._tag).toBe('WriteFailed');
    expect(readdirSync(into).sort()).toEqual([CUDA, SHARED]);
    for (const name of [CUDA, SHARED]) expect(readFileSync(join(into, name), 'utf8')).toBe('old');
  });

  it('says where it could not write', async () => {
    for (const name of [CUDA, SHARED]) writeFileSync(join(source, name), name);
    const target = join(into, 'missing');
    expect((await refusal(installCuda({ _tag: 'folder', path: source }, target))).message).toMatch(
      /^the libraries cannot be written to .+missing: ENOENT.*; check the folder and its permissions$/,
    );
    mkdirSync(target);
    chmodSync(target, 0o755);
    await get(installCuda({ _tag: 'folder', path: source }, target));
  });
});
