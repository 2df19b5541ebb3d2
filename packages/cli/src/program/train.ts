/** The command line of `hograd train`. */

import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { type Trained, type TrainOptions, train } from '../commands/train.js';
import { watchProgress } from '../progress.js';
import { OPTIMIZERS } from '../training/methods.js';
import { type Console, conclude } from './console.js';
import { onInterrupt } from './interrupts.js';
import { headOptions, partitionIfAny, positive, runOptions, wholeNumber } from './options.js';
import { tableText } from './table.js';

/** Beyond this a loss is written with an exponent. */
const LARGE = 1e6;

const lossText = (loss: number): string => (Math.abs(loss) < LARGE ? loss.toFixed(4) : loss.toExponential(4));

/** One line a run: its last epoch, and where the model is. */
const text = ({ runs, report }: Trained): string => {
  const measuresAccuracy = runs.some(({ epochs }) => epochs.at(-1)!.testAccuracy !== undefined);
  const rows = runs.map(({ optimizer, epochs }) => {
    const last = epochs.at(-1)!;
    const perEpoch = epochs.reduce((sum, e) => sum + e.seconds, 0) / epochs.length;
    return [
      optimizer,
      lossText(last.trainLoss),
      lossText(last.testLoss),
      ...(measuresAccuracy ? [`${(100 * last.testAccuracy!).toFixed(2)}%`] : []),
      perEpoch.toFixed(2),
    ];
  });
  const head = ['optimizer', 'train loss', 'test loss', ...(measuresAccuracy ? ['test accuracy'] : []), 's/epoch'];
  return [tableText(1, [head, ...rows]), ...runs.map(({ model }) => `model: ${model}`), `report: ${report}`].join('\n');
};

const run = async (
  { json, ...options }: TrainOptions & { readonly json?: boolean },
  console: Console,
): Promise<void> => {
  let interrupted = false;
  const endListening = onInterrupt(() => {
    interrupted = true;
  });
  const watcher = watchProgress(process.stderr, () => interrupted);
  const result = await train(options, console.command, watcher)();
  watcher.stop();
  endListening();
  if (E.isRight(result) && result.right.interrupted) {
    console.say(`hograd: interrupted; go on with --resume ${options.resume ?? options.out} and the same options`);
    console.exitWith(130);
    return;
  }
  await conclude(console, json ? JSON.stringify : text)(() => Promise.resolve(result));
};

/** `hograd train` on the program: reads the options, runs the command, ends with its status. */
export const addTrain = (program: Command, console: Console): Command =>
  headOptions(
    runOptions(
      program
        .command('train')
        .description('train a model; several optimizers, separated by commas, are compared in one report')
        .option('--optimizer <NAMES>', `of ${OPTIMIZERS.join(', ')}`, 'newton-summary-safe'),
      partitionIfAny(),
    )
      .option('--lambda-int <X>', 'internal damping of newton-summary (default: 1)', positive)
      .option('--checkpoint-every <N>', 'steps between checkpoints', wholeNumber, 200)
      .option('--out <DIR>', 'where to write metrics, checkpoints and report.html', 'runs/train')
      .option('--resume <DIR>', 'go on from the checkpoints of an interrupted run'),
  )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nThe options from --loss to --params are for a FILE.onnx. Without them its only scalar output is the loss, or on its only output' +
        '\nsoftmax cross-entropy where the data has labels, mean squared error where it has targets.' +
        '\n\nExamples:\n  hograd train --data mnist:data/mnist --model mlp --optimizer newton-summary,adam --epochs 10' +
        '\n  hograd train --data mnist:data/mnist --model model.onnx --softmax-cross-entropy logits --optimizer adam',
    )
    .action((options: TrainOptions & { readonly json?: boolean }) => run(options, console));
