/** The hograd command. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { type DifferentiateOptions, differentiate } from './commands/differentiate.js';
import { type Summarized, type SummarizeOptions, summarize } from './commands/summarize.js';
import { type Trained, type TrainOptions, train } from './commands/train.js';
import type { Failure } from './failure.js';
import { watchProgress } from './progress.js';
import { OPTIMIZERS } from './training/optimizer.js';

const report = ({ message }: Failure): void => {
  process.stderr.write(`hograd: ${message}\n`);
};

const appendNumber = (text: string, so: readonly number[]): readonly number[] => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('it must be a number, 0 or more.');
  return [...so, value];
};

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a whole number, 1 or more.');
  return value;
};

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it must be a number above 0.');
  return value;
};

/** One line a run: its last epoch. */
const trainedText = ({ runs, report: page }: Trained): string => {
  const width = Math.max(...runs.map((r) => r.optimizer.length), 9);
  const rows = runs.map(({ optimizer, epochs }) => {
    const last = epochs.at(-1)!;
    const perEpoch = epochs.reduce((sum, e) => sum + e.seconds, 0) / epochs.length;
    return `${optimizer.padEnd(width)}${last.trainLoss.toFixed(4).padStart(12)}${last.testLoss.toFixed(4).padStart(12)}${`${(100 * last.testAccuracy).toFixed(2)}%`.padStart(15)}${perEpoch.toFixed(2).padStart(10)}`;
  });
  return [
    `${'optimizer'.padEnd(width)}  train loss   test loss  test accuracy   s/epoch`,
    ...rows,
    `report: ${page}`,
  ].join('\n');
};

/** One line a group: its name, size, ḡ, H̄_ss, D3 and the learning rates. */
const table = ({ loss, groups, gbar, Hbar, D3, eta }: Summarized): string => {
  const cell = (value: number | undefined): string => (value === undefined ? '' : value.toExponential(4)).padStart(13);
  const width = Math.max(...groups.map((g) => g.name.length), 5);
  const solved = eta.filter((e) => 'eta' in e);
  const refused = eta.flatMap((e) =>
    'error' in e ? [`λ_int = ${e.lambdaInt}: no learning rates: ${e.error.message}`] : [],
  );
  const head = ['gbar', 'Hbar_ss', 'D3', ...solved.map((e) => `eta(${e.lambdaInt})`)]
    .map((t) => t.padStart(13))
    .join('');
  return [
    `loss ${loss}`,
    `${'group'.padEnd(width)}${'size'.padStart(10)}${head}`,
    ...groups.map(
      (g, s) =>
        `${g.name.padEnd(width)}${String(g.size).padStart(10)}${[gbar[s], Hbar?.[s]?.[s], D3?.[s], ...solved.map((e) => e.eta[s])].map(cell).join('')}`,
    ),
    ...refused,
  ].join('\n');
};

const lossOptions = (command: Command): Command =>
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
    )
    .addOption(new Option('--dtype <TYPE>', 'precision of the graph').choices(['float32', 'float64']));

/**
 * Runs the command line. Returns the exit status: 0 done, 1 the work failed, 2 the arguments or input files are wrong. Prints
 * results on standard output and everything else on standard error.
 */
export const main = async (args: readonly string[]): Promise<number> => {
  let status = 0;
  const program = new Command('hograd')
    .description('Differentiates ONNX graphs to any order, exactly, into standard ONNX.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hograd: ')) });

  lossOptions(program.command('differentiate'))
    .description('write a model that also yields gradients, Hessian-vector products or curvature summaries')
    .argument('<MODEL>', 'the .onnx file')
    .requiredOption('--out <FILE>', 'the .onnx file to write')
    .addOption(new Option('--order <N>', 'outputs grad.NAME for every parameter (the default)').choices(['1']))
    .option('--hvp', 'inputs tangent.NAME and outputs hvp.NAME')
    .option('--summary', 'inputs direction.NAME and outputs gbar, Hbar, D3, one group for each parameter')
    .option('--keep-initializers', 'keep the parameters inside the file instead of making them inputs')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  hograd differentiate model.onnx --out gradient.onnx --softmax-cross-entropy logits --labels y',
    )
    .action(async (model: string, options: DifferentiateOptions & { readonly json?: boolean }) => {
      const result = await differentiate(model, options)();
      if (E.isLeft(result)) {
        report(result.left);
        status = result.left.status;
        return;
      }
      const { out, bytes, inputs, outputs } = result.right;
      const text = options.json
        ? JSON.stringify(result.right)
        : `${out}: ${bytes} bytes\n  inputs:  ${inputs.join(', ')}\n  outputs: ${outputs.join(', ')}`;
      process.stdout.write(`${text}\n`);
    });

  lossOptions(program.command('summarize'))
    .description(
      "the projected gradient, Hessian and third derivative of a model's loss, and each group's learning rate",
    )
    .argument('<MODEL>', 'the .onnx file')
    .requiredOption('--inputs <FILE>', "an .npz file with the model's inputs by name")
    .option('--direction <DIRECTION>', "'gradient', or an .npz file with an array for each parameter", 'gradient')
    .option('--partition <PARTITION>', 'canonical, trivial, weights-biases, blocks:K, or a .json file', 'canonical')
    .addOption(new Option('--order <N>', 'highest derivative').choices(['1', '2', '3']).default('3'))
    .option(
      '--lambda-int <X>',
      'also solve for the learning rates with this internal damping (repeatable)',
      appendNumber,
      [],
    )
    .addOption(new Option('--engine <ENGINE>', 'how to compute').choices(['stacked', 'generic']).default('stacked'))
    .addOption(
      new Option('--device <DEVICE>', 'where to run').choices(['cpu', 'cuda', 'webgpu', 'auto']).default('cpu'),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  hograd summarize model.onnx --inputs batch.npz --lambda-int 1')
    .action(async (model: string, options: SummarizeOptions & { readonly json?: boolean }) => {
      const result = await summarize(model, options)();
      if (E.isLeft(result)) {
        report(result.left);
        status = result.left.status;
        return;
      }
      process.stdout.write(`${options.json ? JSON.stringify(result.right) : table(result.right)}\n`);
    });

  program
    .command('train')
    .description('train a model; several optimizers, separated by commas, are compared in one report')
    .option('--model <NAME>', 'small-mlp (784-64-32-10) or mlp (784-1024-200-100-10), both tanh', 'small-mlp')
    .option('--data <SPEC>', 'synthetic, mnist:DIR, cifar10:DIR or FILE.npz', 'synthetic')
    .option('--optimizer <NAMES>', `of ${OPTIMIZERS.join(', ')}`, 'newton-summary')
    .option('--epochs <N>', 'passes over the training set', wholeNumber, 5)
    .option('--batch <N>', 'examples a gradient', wholeNumber, 100)
    .option('--summary-batch <N>', 'examples a summary (default: as many as a gradient)', wholeNumber)
    .option('--seed <N>', 'of the initial parameters and the samplers', wholeNumber, 1)
    .option('--partition <PARTITION>', 'groups that have a rate each', 'canonical')
    .option('--lr <X>', 'rate of sgd, momentum, adam, … (default: each its own)', positive)
    .option('--lambda1 <X>', 'step size of newton-summary (default 0.1)', positive)
    .option('--lambda-int <X>', 'internal damping of newton-summary (default 1)', positive)
    .option('--period <N>', 'steps between summaries (default 10)', wholeNumber)
    .option('--checkpoint-every <N>', 'steps between checkpoints', wholeNumber, 200)
    .addOption(
      new Option('--device <DEVICE>', 'where to run').choices(['cpu', 'cuda', 'webgpu', 'auto']).default('cpu'),
    )
    .option('--out <DIR>', 'where to write metrics, checkpoints and report.html', 'runs/train')
    .option('--resume <DIR>', 'go on from the checkpoints of an interrupted run')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  hograd train --data mnist:data/mnist --model mlp --optimizer newton-summary,adam --epochs 10',
    )
    .action(async (options: TrainOptions & { readonly json?: boolean }) => {
      let interrupted = false;
      const interrupt = (): void => {
        interrupted = true;
      };
      process.once('SIGINT', interrupt);
      const watcher = watchProgress(process.stderr, () => interrupted);
      const result = await train(options, ['hograd', ...args].join(' '), watcher)();
      watcher.stop();
      process.off('SIGINT', interrupt);
      if (E.isLeft(result)) {
        report(result.left);
        status = result.left.status;
        return;
      }
      if (result.right.interrupted) {
        process.stderr.write(
          `hograd: interrupted; go on with --resume ${options.resume ?? options.out} and the same options\n`,
        );
        status = 130;
        return;
      }
      process.stdout.write(`${options.json ? JSON.stringify(result.right) : trainedText(result.right)}\n`);
    });

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return cause.exitCode === 0 ? 0 : 2;
  }
  return status;
};
