/** The command line of `hograd analyze`. */

import type { Command } from 'commander';
import { Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { bestMoment, type Moment } from '../analysis/analysis.js';
import { type Analyzed, type AnalyzeOptions, analyze, DEFAULT_OUT, outOf } from '../commands/analyze.js';
import { batchCouplingText, couplingText } from '../coupling.js';
import { lossText } from '../lossText.js';
import { watchProgress } from '../progress.js';
import { OPTIMIZERS } from '../training/methods.js';
import { type Console, conclude } from './console.js';
import { onInterrupt } from './interrupts.js';
import {
  memoryLimitOption,
  notNegative,
  partitionOption,
  positive,
  repeatable,
  runOptions,
  wholeNumber,
} from './options.js';
import { commandLine } from './shell.js';

const DEFAULT_LAMBDA_INT: readonly number[] = [1];
const DEFAULT_STEP_SIZES: readonly number[] = [0.1, 0.3, 1];
/** In bytes. */
const DEFAULT_MEMORY_LIMIT = 2 ** 30;

const share = (value: number | null): string => (value === null ? 'none' : `${(100 * value).toFixed(1)}%`);

const momentLine = ({ epoch, loss, betweenLayers, condition, eta, inverse }: Moment): string => {
  const refused = eta.flatMap((rates) => ('error' in rates ? [`no η* at λ_int ${rates.lambdaInt}`] : []));
  const noInverse = 'error' in inverse ? [`no inverse: ${inverse.error}`] : [];
  const cells = [
    String(epoch),
    lossText(loss),
    share(betweenLayers.Hbar),
    share(betweenLayers.inverse),
    condition?.toExponential(1) ?? '',
  ];
  return [cells.map((cell) => cell.padStart(12)).join(' '), ...refused, ...noInverse].join('  ');
};

/** One line a moment: the loss, how much of H̄ and of H̄⁻¹ lies between layers, and how far to trust the latter. */
const text = ({ analysis, files, unreported }: Analyzed): string => {
  const best = bestMoment(analysis);
  const coupling = analysis.moments.find((moment) => moment.coupling)?.coupling;
  return [
    ['epochs done', 'loss', 'between: H̄', 'H̄⁻¹', 'condition'].map((cell) => cell.padStart(12)).join(' '),
    ...analysis.moments.map(momentLine),
    ...(analysis.coupling ? [batchCouplingText(analysis.coupling)] : []),
    ...(best ? [`lowest loss on examples not trained on: after epoch ${best.epoch}`] : []),
    ...(coupling
      ? [
          `${couplingText(coupling)}: what was measured are means over slices of ${coupling.slice} examples; raise --memory-limit until all fit`,
        ]
      : []),
    ...(unreported === undefined ? [] : [`no report.html: ${unreported}`]),
    `written: ${files.join(', ')}`,
  ].join('\n');
};

const run = async (
  { json, ...options }: AnalyzeOptions & { readonly json?: boolean },
  console: Console,
): Promise<void> => {
  let interrupted = false;
  const endListening = onInterrupt(() => {
    interrupted = true;
  });
  const progress = watchProgress(process.stderr, () => interrupted);
  const watcher = {
    ...progress,
    onMoment: ({ epoch, loss, seconds }: Moment) =>
      progress.say(`measured at ${epoch} epochs done: loss ${lossText(loss)}, ${seconds.toFixed(1)} s`),
  };
  const result = await analyze(options, console.command, watcher)();
  progress.stop();
  endListening();
  if (E.isRight(result) && result.right.analysis.interrupted) {
    const { files } = result.right;
    console.say(
      `hograd: interrupted; ${files.length > 0 ? `what there is by then is in ${outOf(options)}` : 'nothing was measured yet'}; go on with ${commandLine(['--resume', outOf(options)])} and the same options`,
    );
    console.exitWith(130);
    return;
  }
  await conclude(console, { text: json ? ({ analysis }: Analyzed) => JSON.stringify(analysis) : text })(() =>
    Promise.resolve(result),
  );
};

/** `hograd analyze` on the program: reads the options, runs the command, ends with its status. */
export const addAnalyze = (program: Command, console: Console): Command =>
  runOptions(
    program
      .command('analyze')
      .description(
        'curvature, its inverse and the rates that it asks for, along a training run that it does not disturb',
      )
      .option('--optimizer <NAME>', `what trains: one of ${OPTIMIZERS.join(', ')}`, 'momentum'),
    partitionOption(),
  )
    .option('--at <EPOCHS>', 'look when so many epochs are done, such as 0-10,20,30-90/20 (default: at all, from 0 on)')
    .option(
      '--examples <N>',
      'training examples, drawn at random, that gradient and curvature are over (default: all)',
      wholeNumber,
    )
    .option('--train-examples <N>', 'train on so many examples, drawn at random (default: all)', wholeNumber)
    .option('--test-examples <N>', 'test on the first so many examples (default: all)', wholeNumber)
    .option(
      '--validation <N>',
      'hold out so many training examples (default: none; the best epoch is by the test set)',
      wholeNumber,
    )
    .addOption(
      repeatable(
        '--lambda-int <X>',
        'internal damping of η*, and of newton-summary where it trains (the first)',
        notNegative,
        DEFAULT_LAMBDA_INT,
      ),
    )
    .option('--windows <N>', 'stretches of the run over which η* is averaged', wholeNumber, 5)
    .addOption(
      repeatable(
        '--step-size <X>',
        'check Taylor’s terms at this part of the step η*, of the first --lambda-int that has one',
        positive,
        DEFAULT_STEP_SIZES,
      ),
    )
    .addOption(
      new Option(
        '--dtype <TYPE>',
        'precision of what is measured; the inverse of an ill-conditioned H̄ needs float64. Training is in float32',
      )
        .choices(['float32', 'float64'])
        .default('float32'),
    )
    .addOption(
      memoryLimitOption('keep what is measured under so much memory, with slices of the examples').default(
        DEFAULT_MEMORY_LIMIT,
        '1GiB',
      ),
    )
    .option('--checkpoint-every <N>', 'steps between checkpoints', wholeNumber, 1000)
    .option(
      '--out <DIR>',
      `where to write report.html, analysis.json, tables and the run; what an earlier one left there is replaced (default: "${DEFAULT_OUT}")`,
    )
    .option('--resume <DIR>', 'go on from the checkpoint of an interrupted analysis, and write there')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nA FILE.onnx has the loss that hograd train takes by default.' +
        '\n\nExample:\n  hograd analyze --model lenet --data cifar10:data/cifar10 --epochs 20 --examples 10000 --validation 5000',
    )
    .action((options: AnalyzeOptions & { readonly json?: boolean }) => run(options, console));
