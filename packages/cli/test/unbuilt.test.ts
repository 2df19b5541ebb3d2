import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { scratch } from './scratch.js';

const { folder } = scratch();
const binary = fileURLToPath(new URL('../bin/hograd.js', import.meta.url));

const clone = (name: string, files: Readonly<Record<string, string>>) => {
  const [bin, dist] = ['bin', 'dist'].map((part) => join(folder, name, part)) as [string, string];
  for (const path of [bin, join(dist, 'program')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, name, 'package.json'), '{ "type": "module" }');
  copyFileSync(binary, join(bin, 'hograd.js'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dist, path), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(bin, 'hograd.js')], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

const unbuilt = {
  status: 1,
  stdout: '',
  stderr: 'hograd: this clone is not built yet; run "npm run build" at its root\n',
};
const streams = 'export const openStreams = () => undefined;';

it('a clone without a build says so in one line', () => {
  expect(clone('none', {})).toEqual(unbuilt);
  expect(clone('half', { 'index.js': "import '../other/dist/index.js';", 'program/streams.js': streams })).toEqual(
    unbuilt,
  );
});

it('whatever else is missing is told as it is', () => {
  const { stderr } = clone('package', { 'index.js': "import 'no-such-package';", 'program/streams.js': streams });
  expect(stderr).toMatch(/Cannot find package 'no-such-package'/);
});

it('a clone that is built runs, and ends with the status of what it ran', () => {
  const built = { 'index.js': 'export const main = async () => 2;', 'program/streams.js': streams };
  expect(clone('built', built)).toEqual({ status: 2, stdout: '', stderr: '' });
});
