/** Options that several commands share, and what their values must be. */

import { SPECS } from '@hograd/partition';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PARTITION } from '../partition.js';
import { DEFAULT_BATCH } from '../training/openRun.js';
import { TRAINABLE } from '../training/zooModel.js';

/** The options that name a model file's loss and parameters. */
export const headOptions = (command: Command): Command =>
  command
    .option('--loss <NAME>', 'the output of one element that is the loss (default: the only scalar output)')
    .option(
      '--softmax-cross-entropy <OUTPUT>',
      'attach a mean softmax cross-entropy to an output of logits, or of probabilities that are a softmax; one number for each label 0 or 1 is its logit or sigmoid (with --labels)',
    )
    .option('--labels <NAME>', 'the input that holds the integer labels')
    .option(
      '--class-axis <N>',
      'the axis of the logits that holds the classes: 1 (default), or -1 for a language model’s [N, T, classes]',
      integer,
    )
    .option(
      '--ignore-index <N>',
      'the label that counts for nothing, such as -100 where a text was padded or 255 of a segmentation',
      integer,
    )
    .option('--mse <OUTPUT>', 'attach a mean squared error to an output (with --target)')
    .option('--target <NAME>', 'the input that holds the targets')
    .option(
      '--params <NAMES>',
      'the parameters, by the names of initializers, of Constant nodes or of floating-point inputs, separated by commas (default: all initializers that reach the loss)',
    );

/** Those, and the precision that the file is read in. */
export const lossOptions = (command: Command): Command =>
  headOptions(command).addOption(
    new Option('--dtype <TYPE>', 'precision of the graph').choices(['float32', 'float64']),
  );

export const deviceOption = (): Option =>
  new Option('--device <DEVICE>', 'where to run').choices(['cpu', 'cuda', 'webgpu', 'auto']).default('cpu');

export const partitionOption = (what = 'groups that have a rate each'): Option =>
  new Option('--partition <PARTITION>', `${what}: ${SPECS.join(', ')}, or a .json file`).default(DEFAULT_PARTITION);

/** The same, which is undefined where it is left out: for commands that may not need groups. */
export const partitionIfAny = (what?: string): Option => partitionOption(what).default(undefined, DEFAULT_PARTITION);

/** An integer. */
const integer = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value)) throw new InvalidArgumentError('it must be a whole number.');
  return value;
};

/** An integer of at least 1. */
export const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('it must be a whole number, 1 or more.');
  return value;
};

/** What draws at random starts from: an integer from 0 to 2^53 − 1. */
export const seedNumber = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('it must be a whole number, from 0 to 9007199254740991.');
  return value;
};

const UNITS: Readonly<Record<string, number>> = {
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
};

/** Bytes, 1 or more: a whole number of them, or a number of KiB, MiB, GiB, KB, MB or GB (powers of 1024 and of 1000), to the nearest byte. */
export const byteCount = (text: string): number => {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)\s*$/i.exec(text) ?? [];
  const value = unit === undefined ? Number(text) : Math.round(Number(amount) * UNITS[unit.toLowerCase()]!);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError(
      'it must be a whole number of bytes, 1 or more, or a number with a unit (KiB, MiB, GiB, KB, MB, GB), such as 2GiB.',
    );
  return value;
};

/** What a command's runs may take. */
export const memoryLimitOption = (what: string): Option =>
  new Option('--memory-limit <BYTES>', `${what} (bytes, or with a unit: 2GiB)`).argParser(byteCount);

/** A finite number above 0. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it must be a number above 0.');
  return value;
};

/** A finite number of at least 0. */
export const notNegative = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('it must be a number, 0 or more.');
  return value;
};

/** An option that may be given more than once: its values in order, in place of `otherwise`. */
export const repeatable = (
  flags: string,
  description: string,
  parse: (text: string) => number,
  otherwise: readonly number[],
): Option =>
  new Option(flags, `${description}; repeatable`)
    .argParser((text, so: readonly number[]) => [...(so === otherwise ? [] : so), parse(text)])
    .default(otherwise, otherwise.length > 0 ? otherwise.join(', ') : 'none');

/** What trains which model on what: the options by which `train` and `analyze` describe a run, but for its optimizers. */
export const runOptions = (command: Command, partition: Option): Command =>
  command
    .option(
      '--model <MODEL>',
      `${TRAINABLE.join(', ')}, fitted to the data; or a FILE.onnx, from its own values`,
      'small-mlp',
    )
    .option(
      '--data <SPEC>',
      'synthetic, mnist:DIR, cifar10:DIR or FILE.npz: arrays x_train, y_train, x_test and y_test, or, for a FILE.onnx, NAME_train and NAME_test of each of its inputs (without y where its loss compares with none)',
      'synthetic',
    )
    .option('--epochs <N>', 'passes over the training set', wholeNumber, 5)
    .option('--batch <N>', 'examples a training gradient', wholeNumber, DEFAULT_BATCH)
    .option('--seed <N>', 'of the initial parameters and of everything drawn at random', seedNumber, 1)
    .addOption(partition)
    .option('--lr <X>', 'rate of sgd, momentum, adam, … (default: each its own)', positive)
    .option('--lambda1 <X>', 'step size of newton-summary (default: 0.1; 1 of newton-summary-safe)', positive)
    .option('--period <N>', 'steps between summaries of newton-summary (default: 10)', wholeNumber)
    .option('--summary-batch <N>', 'examples a summary of newton-summary (default: as many as a gradient)', wholeNumber)
    .addOption(deviceOption());
