import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/experiment/lock.js';
import { scratch } from '../scratch.js';

const { folder } = scratch();
const path = join(folder, 'lock');

describe('lockFolder', () => {
  it('holds the folder until it is given back', async () => {
    const unlock = await lockFolder(folder);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    await unlock();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over what a process left that is gone, and not what another took meanwhile', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path, `${pid}\n`);
    await (await lockFolder(folder))();
    writeFileSync(path, `${process.ppid}\n`);
    await expect(lockFolder(folder)).rejects.toThrow(/is in use by process \d+; wait for it, give another --out/);
    expect(readFileSync(path, 'utf8')).toBe(`${process.ppid}\n`);
  });

  it('refuses one that another process is just taking: its number is not there yet', async () => {
    writeFileSync(path, '');
    await expect(lockFolder(folder)).rejects.toThrow(
      /is in use by a process that .*lock does not name; delete that file/,
    );
  });

  it('names a folder that takes no file', async () => {
    await expect(lockFolder(join(folder, 'nowhere'))).rejects.toThrow(/cannot write .*lock: there is no folder/);
  });
});
