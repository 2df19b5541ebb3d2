import { existsSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  encodeIdx,
  encodeNpy,
  encodeNpz,
  makeFolder,
  openDataset,
  readCifar10,
  readIdx,
  readMnist,
  readNpy,
  readNpz,
  takeBatch,
  writeNpy,
  writeNpz,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';
import { ownFolders } from './folders.js';

const folderWith = ownFolders();
let folder: string;
beforeAll(async () => {
  folder = await folderWith({});
});

const images = (size: number) => {
  const data = Uint8Array.from({ length: size * 784 }, (_, i) => i % 251);
  return { dtype: 'uint8', shape: [size, 28, 28], data } as const;
};
const labels = (...values: readonly number[]) =>
  ({ dtype: 'uint8', shape: [values.length], data: Uint8Array.from(values) }) as const;

const mnist = {
  'train-images-idx3-ubyte': encodeIdx(images(3)),
  'train-labels-idx1-ubyte': encodeIdx(labels(7, 0, 9)),
  't10k-images-idx3-ubyte': encodeIdx(images(1)),
  't10k-labels-idx1-ubyte': encodeIdx(labels(5)),
};

describe('readMnist', () => {
  it('reads plain and gzipped files under both spellings', async () => {
    const zipped = Object.entries(mnist).map(([name, bytes]) => [
      `${name.replace('-idx', '.idx')}.gz`,
      gzipSync(bytes),
    ]);
    const plain = rightOf(await readMnist(await folderWith(mnist))());
    expect(plain.train.inputs.x).toEqual({ ...images(3), shape: [3, 784] });
    expect(plain.train.targets.data).toEqual(BigInt64Array.of(7n, 0n, 9n));
    expect(plain.test!.targets.data).toEqual(BigInt64Array.of(5n));
    expect(rightOf(await readMnist(await folderWith(Object.fromEntries(zipped)))())).toEqual(plain);
  });

  it('normalises or not, flat or as images', async () => {
    const path = await folderWith(mnist);
    const normalized = takeBatch(rightOf(await readMnist(path)()).train, [0]).x;
    expect(normalized.data[3]).toBe(Math.fround((3 / 255 - 0.1307) / 0.3081));
    const raw = takeBatch(rightOf(await readMnist(path, { normalize: false, layout: 'image' })()).train, [0]).x;
    expect(raw.shape).toEqual([1, 1, 28, 28]);
    expect(raw.data[3]).toBe(Math.fround(3 / 255));
  });

  it('names the file or folder that is wrong, and what is wrong with it', async () => {
    const zipped = gzipSync(mnist['t10k-labels-idx1-ubyte']);
    for (const [change, tag, message] of [
      [
        { 'train-labels-idx1-ubyte': encodeIdx(labels(7, 0)) },
        'ShapeMismatch',
        /, train: 3 rows of input "x" but targets of shape \[2\]/,
      ],
      [{ 'train-labels-idx1-ubyte': encodeIdx(labels(7, 0, 10)) }, 'LabelOutOfRange', /, train: label 2 is 10/],
      [{ 't10k-images-idx3-ubyte': mnist['t10k-images-idx3-ubyte'].subarray(0, 500) }, 'WrongLength', /truncated: 500/],
      [{ 't10k-labels-idx1-ubyte': zipped.subarray(0, 20) }, 'WrongFormat', /unexpected end of file/],
      [{ 't10k-labels-idx1-ubyte': new TextEncoder().encode('<html>') }, 'WrongFormat', /web page/],
      [
        { 't10k-labels-idx1-ubyte': encodeIdx({ dtype: 'int32', shape: [1], data: Int32Array.of(1) }) },
        'UnsupportedType',
        /int32/,
      ],
    ] as const) {
      const path = await folderWith({ ...mnist, ...change });
      const error = leftOf(await readMnist(path)());
      expect(error._tag).toBe(tag);
      expect(error.message).toMatch(message);
      expect(error.message.startsWith(path)).toBe(true);
    }
    const { 't10k-labels-idx1-ubyte': _absent, ...three } = mnist;
    const partial = await folderWith(three);
    expect(leftOf(await readMnist(partial)()).message).toBe(
      `${partial} has neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz; put the four MNIST files there`,
    );
    expect(leftOf(await readMnist(join(folder, 'nowhere'))())._tag).toBe('FileNotFound');
    expect(leftOf(await readMnist(join(partial, 't10k-images-idx3-ubyte'))())._tag).toBe('FileFailure');
  });

  it('readIdx reads a single file', async () => {
    const path = join(await folderWith({ 'a.gz': gzipSync(encodeIdx(labels(1, 2))) }), 'a.gz');
    expect(rightOf(await readIdx(path)())).toEqual(labels(1, 2));
  });
});

const record = (label: number, value: number): readonly number[] => [label, ...new Array<number>(3072).fill(value)];
const cifar: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, Uint8Array.from(record(i, 10 * i))])),
  'test_batch.bin': Uint8Array.from([...record(9, 90), ...record(0, 0)]),
};

const archiveOf = async (files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> => {
  const entries = Object.entries({ 'readme.html': new Uint8Array(3000), ...files }).map(([name, body]) => ({
    header: { name: `cifar-10-batches-bin/${name}`, size: body.length },
    body,
  }));
  return gzipSync(await packTar(entries));
};

describe('readCifar10', () => {
  it('reads the files, their folder, the archive, and the folder of the archive alike', async () => {
    const unpacked = await folderWith(cifar);
    const plain = rightOf(await readCifar10(unpacked)());
    expect(plain.train.targets.data).toEqual(BigInt64Array.of(1n, 2n, 3n, 4n, 5n));
    expect(plain.test!.inputs.x.shape).toEqual([2, 3072]);
    expect(plain.test!.inputs.x.data.subarray(3071, 3073)).toEqual(Uint8Array.of(90, 0));
    const nested = Object.entries(cifar).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes] as const);
    const archive = await folderWith({ 'cifar-10-binary.tar.gz': await archiveOf(cifar) });
    for (const path of [
      await folderWith(Object.fromEntries(nested)),
      archive,
      join(archive, 'cifar-10-binary.tar.gz'),
    ]) {
      expect(rightOf(await readCifar10(path)())).toEqual(plain);
    }
  });

  it('normalises each colour by its own mean and deviation', async () => {
    const { test } = rightOf(await readCifar10(await folderWith(cifar), { layout: 'image' })());
    const { x } = takeBatch(test!, [0]);
    expect(x.shape).toEqual([1, 3, 32, 32]);
    const colours = [0.4914, 0.4822, 0.4465].map((mean, c) => (90 / 255 - mean) / [0.247, 0.2435, 0.2616][c]!);
    expect([0, 1024, 2048].map((i) => x.data[i])).toEqual(colours.map(Math.fround));
  });

  it('names what is missing, cut off, damaged or out of range', async () => {
    const { 'data_batch_3.bin': third, ...five } = cifar;
    const whole = await archiveOf(cifar);
    for (const [files, tag, message] of [
      [{ 'a.txt': new Uint8Array(1) }, 'FileNotFound', /has no CIFAR-10; give the folder/],
      [five, 'FileNotFound', /data_batch_3.bin does not exist/],
      [{ ...cifar, 'data_batch_3.bin': third!.subarray(0, 3000) }, 'WrongLength', /data_batch_3.bin has 3000 bytes/],
      [{ ...cifar, 'data_batch_3.bin': Uint8Array.from(record(11, 0)) }, 'LabelOutOfRange', /label 2 is 11/],
      [{ 'cifar-10-binary.tar.gz': await archiveOf(five) }, 'FileNotFound', /has no data_batch_3.bin/],
      [{ 'cifar-10-binary.tar.gz': whole.subarray(0, whole.length / 2) }, 'WrongFormat', /unexpected end of file/],
      [{ 'cifar-10-binary.tar.gz': new TextEncoder().encode('no archive at all') }, 'WrongFormat', /incorrect header/],
      [{ 'cifar-10-binary.tar.gz': gzipSync(new Uint8Array(700).fill(65)) }, 'WrongFormat', /tar.gz archive/],
    ] as const) {
      const error = leftOf(await readCifar10(await folderWith(files as Record<string, Uint8Array>))());
      expect(error.message).toMatch(message);
      expect(error._tag).toBe(tag);
    }
    expect(leftOf(await readCifar10(join(folder, 'nowhere.tar.gz'))())._tag).toBe('FileNotFound');
    expect(leftOf(await readCifar10(await folderWith({}))())._tag).toBe('FileNotFound');
  });
});

describe('arrays on the disk', () => {
  const tensor = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } as const;

  it('come back as they were written', async () => {
    rightOf(await writeNpy(join(folder, 'a.npy'))(tensor)());
    const short = { ...tensor, shape: [99] };
    for (const written of [writeNpy(join(folder, 'b.npy'))(short), writeNpz(join(folder, 'b.npz'))({ short })]) {
      expect(leftOf(await written())).toMatchObject({ _tag: 'ShapeMismatch' });
    }
    expect(() => encodeNpy(short)).toThrow(/elements; shape \[99\] takes 99/);
    expect(rightOf(await readNpy(join(folder, 'a.npy'))())).toEqual(tensor);
    rightOf(await writeNpz(join(folder, 'a.npz'), { compress: true })({ a: tensor, b: tensor })());
    expect(rightOf(await readNpz(join(folder, 'a.npz'))())).toEqual({ a: tensor, b: tensor });
  });

  it.skipIf(process.getuid?.() === 0)(
    'say when permission is lacking (skipped for root, who has every permission)',
    async () => {
      const path = join(await folderWith({ 'a.npy': new Uint8Array(1) }), 'a.npy');
      await chmod(path, 0);
      expect(leftOf(await readNpy(path)()).message).toBe(`cannot read ${path}: permission denied`);
    },
  );

  it('say when a file is missing or a folder', async () => {
    const missing = join(folder, 'missing.npz');
    expect(leftOf(await readNpz(missing)())).toEqual({
      _tag: 'FileNotFound',
      path: missing,
      message: `${missing} does not exist; check the path`,
    });
    expect(leftOf(await readNpz(folder)()).message).toBe(`cannot read ${folder}: it is a folder, give a file`);
  });

  it('say which folder is missing, or what stands where a folder should', async () => {
    const elsewhere = join(folder, 'missing', 'a.npz');
    const { _tag, message } = leftOf(await writeNpz(elsewhere)({})());
    expect(_tag).toBe('FileNotFound');
    expect(message).toBe(`cannot write ${elsewhere}: there is no folder ${join(folder, 'missing')}; create it`);
    const file = join(await folderWith({ 'a.npy': new Uint8Array(1) }), 'a.npy');
    expect(leftOf(await makeFolder(file)()).message).toBe(`cannot write ${file}: it is a file, give a folder`);
    expect(leftOf(await makeFolder(join(file, 'b'))()).message).toMatch(/part of the path is a file, not a folder/);
    expect(leftOf(await writeNpz(join(file, 'b'))({})()).message).toMatch(/part of the path is a file, not a folder/);
  });

  it.runIf(existsSync('/proc/self'))('makeFolder ends where a folder that is there takes none inside', async () => {
    expect(leftOf(await makeFolder('/proc/none/inside')()).message).toMatch(/^cannot write|there is no folder/);
  });

  it('makeFolder makes the folders above too, and is content with one that is there', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    rightOf(await makeFolder(deep)());
    rightOf(await makeFolder(deep)());
    expect(await readdir(deep)).toEqual([]);
  });
});

describe('openDataset', () => {
  it.each(['synthetic', 'mnist:nowhere', 'cifar10:nowhere'])('refuses a layout that there is not: %s', async (spec) => {
    expect(leftOf(await openDataset(spec, { layout: 'flatt' as never })())).toEqual({
      _tag: 'InvalidOption',
      option: 'layout',
      message: 'layout is "flatt"; give "flat" or "image"',
    });
  });

  it('opens each kind by its name', async () => {
    const mnistFolder = await folderWith(mnist);
    expect(rightOf(await openDataset(`mnist:${mnistFolder}`)())).toEqual(rightOf(await readMnist(mnistFolder)()));
    const cifarFolder = await folderWith(cifar);
    const image = { layout: 'image', normalize: false } as const;
    expect(rightOf(await openDataset(`cifar10:${cifarFolder}`, image)())).toEqual(
      rightOf(await readCifar10(cifarFolder, image)()),
    );
    const npz = await folderWith({ 'a:b.npz': encodeNpz()({ x: images(2), y: labels(0, 1) }) });
    const { train, test } = rightOf(await openDataset(join(npz, 'a:b.npz'), { layout: 'flat', classes: 10 })());
    expect([train.inputs.x!.shape, train.classes, test]).toEqual([[2, 784], 10, undefined]);
    const synthetic = rightOf(await openDataset('synthetic', { seed: 3 })());
    expect([synthetic.train.inputs.x!.shape, synthetic.test!.inputs.x!.shape]).toEqual([
      [10_000, 784],
      [2000, 784],
    ]);
  });

  it('says what it takes where the name is none of these', async () => {
    for (const spec of ['', 'mnist', 'mnist:', 'imagenet:there', 'data.csv']) {
      expect(leftOf(await openDataset(spec)())).toMatchObject({ _tag: 'InvalidOption', option: 'data' });
    }
    expect(leftOf(await openDataset('data.csv')()).message).toBe(
      'no data set is named "data.csv"; give synthetic, mnist:FOLDER, cifar10:FOLDER or FILE.npz',
    );
  });
});
