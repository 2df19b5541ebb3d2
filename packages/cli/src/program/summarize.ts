/** The command line of `hograd summarize`. */

import { type Command, Option } from 'commander';
import { type Summarized, type SummarizeOptions, summarize, writeReport } from '../commands/summarize.js';
import { summaryNotes } from '../summaryNotes.js';
import { type Console, conclude } from './console.js';
import {
  deviceOption,
  lossOptions,
  memoryLimitOption,
  notNegative,
  partitionOption,
  repeatable,
  seedNumber,
} from './options.js';

/** One line a group: its name, size, ḡ, and as far as the order goes H̄_ss, D3 and the learning rates. */
const table = (summarized: Summarized): string => {
  const { loss, groups, gbar, Hbar, D3, eta } = summarized;
  const width = Math.max(...groups.map((g) => g.name.length), 5);
  const solved = eta.filter((e) => 'eta' in e);
  const refused = eta.flatMap((e) =>
    'error' in e ? [`λ_int = ${e.lambdaInt}: no learning rates: ${e.error.message}`] : [],
  );
  const columns: readonly (readonly [string, readonly number[]])[] = [
    ['gbar', gbar],
    ...(Hbar ? [['Hbar_ss', Hbar.map((row, s) => row[s]!)] as const] : []),
    ...(D3 ? [['D3', D3] as const] : []),
    ...solved.map((e) => [`eta(${e.lambdaInt})`, e.eta] as const),
  ];
  const cells = (text: (column: readonly [string, readonly number[]]) => string): string =>
    columns.map((column) => text(column).padStart(13)).join('');
  return [
    `loss ${loss}`,
    `${'group'.padEnd(width)}${'size'.padStart(10)}${cells(([name]) => name)}`,
    ...groups.map(
      (g, s) =>
        `${g.name.padEnd(width)}${String(g.size).padStart(10)}${cells(([, values]) => values[s]!.toExponential(4))}`,
    ),
    ...refused,
    ...summaryNotes(summarized),
  ].join('\n');
};

/** Rates that were asked for and all refused are work that failed; the summary and the reasons are there all the same. */
const hasRates = ({ eta }: Summarized): boolean => eta.length === 0 || eta.some((one) => 'eta' in one);

/** `hograd summarize` on the program: reads the options, runs the command, ends with its status. */
export const addSummarize = (program: Command, console: Console): Command =>
  lossOptions(program.command('summarize'))
    .description(
      "the projected gradient, Hessian and third derivative of a model's loss, and each group's learning rate",
    )
    .argument('<MODEL>', 'the .onnx file')
    .requiredOption(
      '--inputs <PATH>',
      "an .npz file with the model's inputs by name, or a folder of input_0.pb, input_1.pb, … in their order",
    )
    .option('--direction <DIRECTION>', "'gradient', or an .npz file with an array for each parameter", 'gradient')
    .addOption(partitionOption())
    .addOption(new Option('--order <N>', 'highest derivative').choices(['1', '2', '3']).default('3'))
    .addOption(
      repeatable('--lambda-int <X>', 'also solve for the learning rates with this internal damping', notNegative, []),
    )
    .option(
      '--seed <N>',
      'of what the model draws at random (masks of Dropout, noise) and --inputs does not bring',
      seedNumber,
      1,
    )
    .addOption(new Option('--engine <ENGINE>', 'how to compute').choices(['stacked', 'generic']).default('stacked'))
    .addOption(deviceOption())
    .addOption(
      memoryLimitOption(
        'keep the runs under so much memory, with slices of the batch, for a loss that is a mean over independent examples',
      ),
    )
    .option('--report <FILE>', 'write the picture: one self-contained HTML page')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  hograd summarize model.onnx --inputs batch.npz --lambda-int 1 --report summary.html',
    )
    .action((model: string, options: SummarizeOptions & { readonly json?: boolean }) =>
      conclude(console, {
        text: options.json ? JSON.stringify : table,
        holds: hasRates,
        after: writeReport(model, options, console.command),
      })(summarize(model, options)),
    );
