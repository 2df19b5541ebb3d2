/** Options that several commands share, and what their values must be. */

import { type Command, InvalidArgumentError, Option } from 'commander';

/** The options that name a model file's loss and parameters. */
export const headOptions = (command: Command): Command =>
  command
    .option('--loss <NAME>', 'the scalar output that is the loss (default: the only scalar output)')
    .option(
      '--softmax-cross-entropy <OUTPUT>',
      'attach a mean softmax cross-entropy to a logits output (with --labels)',
    )
    .option('--labels <NAME>', 'the input that holds the integer labels')
    .option('--mse <OUTPUT>', 'attach a mean squared error to an output (with --target)')
    .option('--target <NAME>', 'the input that holds the targets')
    .option(
      '--params <NAMES>',
      'the parameters, by initializer name, separated by commas (default: all that reach the loss)',
    );

/** Those, and the precision that the file is read in. */
export const lossOptions = (command: Command): Command =>
  headOptions(command).addOption(
    new Option('--dtype <TYPE>', 'precision of the graph').choices(['float32', 'float64']),
  );

export const deviceOption = (): Option =>
  new Option('--device <DEVICE>', 'where to run').choices(['cpu', 'cuda', 'webgpu', 'auto']).default('cpu');

/** An integer of at least 1. */
export const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a whole number, 1 or more.');
  return value;
};

/** A finite number above 0. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it must be a number above 0.');
  return value;
};

/** A repeatable option's finite numbers of at least 0. */
export const appendNumber = (text: string, so: readonly number[]): readonly number[] => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('it must be a number, 0 or more.');
  return [...so, value];
};
