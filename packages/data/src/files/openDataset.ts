/** Opening a data set by a short text, as the command line names it. */

import type { OptionNames } from '@hograd/graph-builder';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DatasetPair } from '../dataset/dataset.js';
import type { Layout } from '../dataset/layout.js';
import { syntheticDigits } from '../digits/digits.js';
import { type DataError, invalidOption } from '../errors.js';
import { checkKnown } from '../options.js';
import { readCifar10 } from './cifar10.js';
import { readMnist } from './mnist.js';
import { readNpzDataset } from './npzDataset.js';

/** Options of `openDataset`. */
export interface OpenDatasetOptions {
  /** Images flat or as images. Default: `flat`, and the shapes of the file for .npz. */
  readonly layout?: Layout;
  /** Normalise by the data set's customary means and deviations (default); has no effect on .npz, which has none. */
  readonly normalize?: boolean;
  /** Number of classes of an .npz file's labels. Default: as many as the largest label needs. */
  readonly classes?: number;
  /** The name that the targets of an .npz file without `y` have. */
  readonly targets?: string | undefined;
  /** The label that an .npz file has for none, beside NO_LABEL: a whole number, such as 255 of segmentations. */
  readonly ignored?: number | undefined;
  /** Seed of the synthetic digits: any safe integer (a whole number between −2⁵³ and 2⁵³), default 0. */
  readonly seed?: number;
}

const OPEN_DATASET_OPTIONS: OptionNames<OpenDatasetOptions> = {
  layout: true,
  normalize: true,
  classes: true,
  targets: true,
  ignored: true,
  seed: true,
};

/**
 * The data set named by `synthetic`, `mnist:FOLDER`, `cifar10:FOLDER` (or the archive) or `FILE.npz`.
 *
 * Fails with InvalidOption for any other text or an unknown option, and as `syntheticDigits`, `readMnist`, `readCifar10` or
 * `readNpzDataset`.
 */
export const openDataset = (spec: string, options: OpenDatasetOptions = {}): TE.TaskEither<DataError, DatasetPair> => {
  const unknown = checkKnown(options, OPEN_DATASET_OPTIONS);
  if (unknown) return TE.left(unknown);
  const { layout, normalize, classes, targets, ignored, seed } = options;
  const colon = spec.indexOf(':');
  const [scheme, path] = [spec.slice(0, colon), spec.slice(colon + 1)];
  const images = { layout, normalize };
  if (spec === 'synthetic') return TE.fromEither(syntheticDigits({ ...images, seed }));
  if (scheme === 'mnist' && path !== '') return readMnist(path, images);
  if (scheme === 'cifar10' && path !== '') return readCifar10(path, images);
  if (spec.endsWith('.npz')) return readNpzDataset(spec, { layout, classes, targets, ignored });
  const message = `no data set is named ${JSON.stringify(spec)}; give synthetic, mnist:FOLDER, cifar10:FOLDER or FILE.npz`;
  return TE.left(invalidOption('data', message));
};
