import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBytes } from '../src/index.js';
import { leftOf, rightOf } from './either.js';
import { ownFolders } from './folders.js';

const folderWith = ownFolders();

describe('files that are written', () => {
  it('are replaced whole, or not at all where that fails, and nothing else is left behind', async () => {
    const place = await folderWith({ 'a.bin': Uint8Array.of(1) });
    const path = join(place, 'a.bin');
    await Promise.all([2, 3, 4].map((byte) => writeBytes(path)(new Uint8Array(100_000).fill(byte))()));
    const bytes = await readFile(path);
    expect(new Set(bytes).size).toBe(1);
    expect(bytes.length).toBe(100_000);
    expect(await readdir(place)).toEqual(['a.bin']);
    await mkdir(join(place, 'occupied', 'inside'), { recursive: true });
    expect(leftOf(await writeBytes(join(place, 'occupied'))(Uint8Array.of(1))())).toMatchObject({
      _tag: 'FileFailure',
      code: 'EISDIR',
    });
    expect((await readdir(place)).sort()).toEqual(['a.bin', 'occupied']);
    expect(leftOf(await writeBytes(join(place, 'no', 'a.bin'))(Uint8Array.of(1))())).toMatchObject({
      _tag: 'FileNotFound',
      path: join(place, 'no', 'a.bin'),
    });
  });

  it('say that a folder is no file, without the name of the file that was on its way', async () => {
    const folder = await folderWith({});
    expect(leftOf(await writeBytes(folder)(Uint8Array.of(1))()).message).toBe(
      `cannot write ${folder}: it is a folder, give a file`,
    );
    const none = `${join(folder, 'none')}/`;
    expect(leftOf(await writeBytes(none)(Uint8Array.of(1))()).message).toBe(
      `cannot write ${none}: there is no folder ${join(folder, 'none')}; create it`,
    );
  });

  it.runIf(existsSync('/proc/self'))('say that a folder which is there takes none', async () => {
    expect(leftOf(await writeBytes('/proc/x.onnx')(Uint8Array.of(1))()).message).toBe(
      'cannot write /proc/x.onnx: the folder /proc takes no new files; write elsewhere',
    );
  });

  it.skipIf(process.platform === 'win32')('go into a device, which stays one', async () => {
    const device = join(await folderWith({}), 'null');
    await symlink('/dev/null', device);
    rightOf(await writeBytes(device)(Uint8Array.of(1))());
    expect((await stat(device)).isCharacterDevice()).toBe(true);
    expect(await readlink(device)).toBe('/dev/null');
  });

  it.skipIf(process.platform === 'win32')('keep the mode of a file that is there, whatever the mask', async () => {
    const place = await folderWith({ 'own.bin': Uint8Array.of(1), 'shared.bin': Uint8Array.of(1) });
    for (const [name, mode] of [
      ['own.bin', 0o600],
      ['shared.bin', 0o666],
    ] as const) {
      const path = join(place, name);
      await chmod(path, mode);
      rightOf(await writeBytes(path)(Uint8Array.of(2))());
      expect((await stat(path)).mode & 0o777).toBe(mode);
      expect([...(await readFile(path))]).toEqual([2]);
    }
  });

  describe.skipIf(process.platform === 'win32')('through a link', () => {
    it.each(['there.bin', 'not-yet.bin'])('write %s, which it leads to, and leave the link', async (name) => {
      const place = await folderWith({ 'elsewhere/there.bin': Uint8Array.of(1) });
      const link = join(place, 'link.bin');
      // Behind a link to a folder, so that ".." is another folder than the path says.
      await symlink('elsewhere', join(place, 'folder'));
      await symlink('folder/second.bin', link);
      await symlink(`../elsewhere/${name}`, join(place, 'elsewhere', 'second.bin'));
      rightOf(await writeBytes(link)(Uint8Array.of(2))());
      expect(await readlink(link)).toBe('folder/second.bin');
      expect([...(await readFile(join(place, 'elsewhere', name)))]).toEqual([2]);
      expect((await readdir(join(place, 'elsewhere'))).sort()).toEqual(
        [...new Set([name, 'second.bin', 'there.bin'])].sort(),
      );
    });

    it('say what is wrong where it leads', async () => {
      const place = await folderWith({});
      const [loop, astray] = [join(place, 'loop.bin'), join(place, 'astray.bin')];
      await symlink('loop.bin', loop);
      await symlink(join(place, 'none', 'a.bin'), astray);
      expect(leftOf(await writeBytes(loop)(Uint8Array.of(1))()).message).toBe(
        `cannot write ${loop}: its symbolic links lead round in a circle; correct one of them`,
      );
      expect(leftOf(await writeBytes(astray)(Uint8Array.of(1))()).message).toBe(
        `cannot write ${join(place, 'none', 'a.bin')}: there is no folder ${join(place, 'none')}; create it`,
      );
      expect((await readdir(place)).sort()).toEqual(['astray.bin', 'loop.bin']);
      expect(await readlink(loop)).toBe('loop.bin');
    });
  });

  it.runIf(existsSync('/proc/self/fd'))('go into an open file, which stays the one that is open', async () => {
    const path = join(await folderWith({ 'out.bin': Uint8Array.of(1) }), 'out.bin');
    const file = await open(path, 'r');
    try {
      rightOf(await writeBytes(`/proc/self/fd/${file.fd}`)(Uint8Array.of(2, 3))());
      expect([...(await file.readFile())]).toEqual([2, 3]);
    } finally {
      await file.close();
    }
  });
});
