/** The hograd command. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { type DifferentiateOptions, differentiate } from './commands/differentiate.js';
import { type Summarized, type SummarizeOptions, summarize } from './commands/summarize.js';
import type { Failure } from './failure.js';

const report = ({ message }: Failure): void => {
  process.stderr.write(`hograd: ${message}\n`);
};

const appendNumber = (text: string, so: readonly number[]): readonly number[] => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('it must be a number, 0 or more.');
  return [...so, value];
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

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return cause.exitCode === 0 ? 0 : 2;
  }
  return status;
};
