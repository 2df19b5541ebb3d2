import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  type DataError,
  datasetOfArrays,
  encodeNpz,
  openDataset,
  readCifar10,
  readMnist,
  readNpzDataset,
  sequentialSampler,
  shuffledSampler,
  splitTrainValidation,
  syntheticDigits,
  takeBatch,
  writeNpz,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';
import { ownFolders } from './folders.js';

const { train } = rightOf(syntheticDigits({ train: 4, test: 1 }));
const x = { dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, 2) } as const;
const absent = join(tmpdir(), 'hograd-absent');

type Result = E.Either<DataError, unknown>;

/** A call that refuses other options by its Left, and those that it takes. */
const rows: readonly (readonly [string, (options: object) => Result | Promise<Result>, readonly string[]])[] = [
  [
    'openDataset',
    (o) => openDataset('synthetic', o)(),
    ['layout', 'normalize', 'classes', 'targets', 'ignored', 'seed'],
  ],
  ['readMnist', (o) => readMnist(absent, o)(), ['layout', 'normalize']],
  ['readCifar10', (o) => readCifar10(absent, o)(), ['layout', 'normalize']],
  ['datasetOfArrays', (o) => datasetOfArrays('arrays', o)({ x }), ['layout', 'classes', 'targets', 'ignored']],
  ['syntheticDigits', syntheticDigits, ['seed', 'train', 'test', 'layout', 'normalize']],
  [
    'shuffledSampler',
    (o) => shuffledSampler({ size: 4, batch: 2, seed: 1, stream: 'a', ...o }),
    ['size', 'batch', 'seed', 'stream', 'last'],
  ],
  ['sequentialSampler', (o) => sequentialSampler({ size: 4, batch: 2, ...o }), ['size', 'batch', 'last']],
  [
    'splitTrainValidation',
    (o) => splitTrainValidation(1, { train: 1, validation: 1, ...o })(train),
    ['train', 'validation'],
  ],
  ['writeNpz', (o) => writeNpz(join(absent, 'x.npz'), o)({ x })(), ['compress']],
];

const folderWith = ownFolders();

describe('an option of no such name', () => {
  it.each(rows)('is the Left of %s, with those that there are', async (_, call, known) => {
    expect(leftOf(await call({ normalise: undefined }))).toEqual({
      _tag: 'InvalidOption',
      option: 'normalise',
      message: `there is no option "normalise"; the options are ${known.join(', ')}`,
    });
  });

  it('is the Left of readNpzDataset', async () => {
    const folder = await folderWith({ 'x.npz': encodeNpz()({ x }) });
    expect(leftOf(await readNpzDataset(join(folder, 'x.npz'), { target: 'y' } as object)())).toEqual({
      _tag: 'InvalidOption',
      option: 'target',
      message: 'there is no option "target"; the options are layout, classes, targets, ignored',
    });
  });

  it('throws a RangeError where nothing else can fail', () => {
    expect(() => encodeNpz({ compressed: true } as object)).toThrow(
      new RangeError('there is no option "compressed"; the options are compress'),
    );
    const augmentation = { image: [1, 28, 28], pad: 2, key: [1] } as const;
    expect(() => takeBatch(train, [0], augmentation)).toThrow(
      new RangeError('there is no option "pad"; the options are image, padding, flip, key'),
    );
  });

  it('is none of those with an undefined value', () => {
    const undefinedOnes = { layout: undefined, normalize: undefined, train: 4, test: 1, seed: undefined };
    expect(rightOf(syntheticDigits(undefinedOnes)).train).toEqual(train);
  });
});
