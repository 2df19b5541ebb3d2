/** .npz: named numpy arrays in a zip archive. */

import type { OptionNames, Tensor } from '@hograd/graph-builder';
import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DataError, type MissingArray, type WrongFormat, wrongFormat } from '../errors.js';
import { checkKnown } from '../options.js';
import { decodeNpy, encodeNpy } from './npy.js';

/** Tensors by name. */
export type Arrays = Readonly<Record<string, Tensor>>;

const SUFFIX = '.npy';

const notZip = (source: string, found: string): WrongFormat =>
  wrongFormat(source, 'an .npz archive', found, 'write it with numpy.savez or @hograd/data');

/** Deflate never shrinks anything by more than this factor; a directory that claims more is damaged. */
const BEST_RATIO = 1032;

const isArray = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
  if (originalSize > BEST_RATIO * size) throw new Error(`${size} bytes cannot hold ${originalSize}`);
  return name.endsWith(SUFFIX);
};

const unzip = (source: string, bytes: Uint8Array): E.Either<WrongFormat, Readonly<Record<string, Uint8Array>>> =>
  E.tryCatch(
    () => unzipSync(bytes, { filter: isArray }),
    (cause) => {
      const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
      const reason = cause instanceof Error ? cause.message : String(cause);
      return notZip(
        source,
        zip ? `a damaged or truncated zip archive (${reason})` : 'bytes that are not a zip archive',
      );
    },
  );

/**
 * The arrays in the bytes of an .npz file, stored or deflated; entries that are not arrays are passed over. `source`
 * names the file in messages.
 *
 * Fails with WrongFormat where the bytes are not a zip archive or hold no array, and as `decodeNpy` does for each
 * array. The archive's checksums are not verified.
 */
export const decodeNpz =
  (source: string) =>
  (bytes: Uint8Array): E.Either<DataError, Arrays> =>
    pipe(
      unzip(source, bytes),
      E.filterOrElseW(
        (entries) => Object.keys(entries).length > 0,
        () => notZip(source, 'a zip archive without arrays'),
      ),
      E.chain((entries) =>
        E.traverseArray(([entry, array]: readonly [string, Uint8Array]) => {
          const name = entry.slice(0, -SUFFIX.length);
          return pipe(
            decodeNpy(`${source}, array "${name}"`)(array),
            E.map((tensor) => [name, tensor] as const),
          );
        })(Object.entries(entries)),
      ),
      E.map((named) => Object.fromEntries(named)),
    );

/** Options of `encodeNpz` and `writeNpz`. */
export interface NpzOptions {
  /** Deflate the arrays (default: store them, which is faster and, for weights, hardly larger). */
  readonly compress?: boolean;
}

export const NPZ_OPTIONS: OptionNames<NpzOptions> = { compress: true };

/** The bytes of an .npz file; equal arrays give equal bytes. Throws RangeError for an unknown option, and as `encodeNpy`. */
export const encodeNpz = (options: NpzOptions = {}): ((arrays: Arrays) => Uint8Array<ArrayBuffer>) => {
  const unknown = checkKnown(options, NPZ_OPTIONS);
  if (unknown) throw new RangeError(unknown.message);
  const { compress = false } = options;
  return (arrays) => {
    const entries = Object.entries(arrays).map(([name, tensor]) => [`${name}${SUFFIX}`, encodeNpy(tensor)] as const);
    // A fixed date (zip has no earlier one, in local time) keeps the clock out of the bytes.
    return zipSync(Object.fromEntries(entries), { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
  };
};

/** One array of an archive. Fails with MissingArray, which lists what there is. */
export const arrayNamed =
  (source: string, name: string) =>
  (arrays: Arrays): E.Either<MissingArray, Tensor> => {
    if (Object.hasOwn(arrays, name)) return E.right(arrays[name]!);
    const present = Object.keys(arrays).map((present) => `"${present}"`);
    return E.left({
      _tag: 'MissingArray',
      source,
      name,
      message: `${source} has no array "${name}", only ${present.join(', ')}; add it or rename one`,
    });
  };
