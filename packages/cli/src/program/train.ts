/** The command line of `hograd train`. */

import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { DEFAULT_OUT, outOf, type Trained, type TrainOptions, train } from '../commands/train.js';
import { batchCouplingText } from '../coupling.js';
import { lossText } from '../lossText.js';
import { watchProgress } from '../progress.js';
import { OPTIMIZERS } from '../training/methods.js';
import { secondsPerEpoch } from '../training/metrics.js';
import { type Console, conclude } from './console.js';
import { onInterrupt } from './interrupts.js';
import { headOptions, notNegative, partitionIfAny, runOptions, wholeNumber } from './options.js';
import { commandLine } from './shell.js';
import { tableText } from './table.js';

/** One line a run: its last epoch, and where the model is; of one that diverged, why. */
const text = ({ runs, report }: Trained): string => {
  const trained = runs.filter(({ epochs }) => epochs.length > 0);
  const measuresAccuracy = trained.some(({ epochs }) => epochs.at(-1)!.testAccuracy !== undefined);
  const rows = trained.map(({ optimizer, epochs }) => {
    const last = epochs.at(-1)!;
    return [
      optimizer,
      lossText(last.trainLoss),
      lossText(last.testLoss),
      ...(measuresAccuracy ? [`${(100 * last.testAccuracy!).toFixed(2)}%`] : []),
      secondsPerEpoch(epochs)!.toFixed(2),
    ];
  });
  const coupling = trained.find((one) => one.coupling)?.coupling;
  const head = ['optimizer', 'train loss', 'test loss', ...(measuresAccuracy ? ['test accuracy'] : []), 's/epoch'];
  return [
    ...(trained.length > 0 ? [tableText(1, [head, ...rows])] : []),
    ...(coupling ? [batchCouplingText(coupling)] : []),
    ...runs.flatMap(({ optimizer, failure, cure }) =>
      failure === undefined ? [] : [`${optimizer} failed: ${failure}; ${cure}`],
    ),
    ...runs.flatMap(({ optimizer, takenBack }) =>
      takenBack === undefined
        ? []
        : [
            `${optimizer} took steps back ${takenBack === 1 ? 'once' : `${takenBack} times`}, since the loss had risen ("back" in metrics.jsonl)`,
          ],
    ),
    ...runs.flatMap(({ optimizer, inexact }) =>
      inexact === undefined
        ? []
        : [
            `${optimizer} left ${inexact.join(', ')} as ${inexact.length === 1 ? 'it is' : 'they are'}: the loss does not change with a bias before a normalisation, its gradient is rounding error ("inexact" in metrics.jsonl)`,
          ],
    ),
    ...runs.flatMap(({ model }) => (model === undefined ? [] : [`model: ${model}`])),
    `report: ${report}`,
  ].join('\n');
};

const allFinished = ({ runs }: Trained): boolean => runs.every(({ failure }) => failure === undefined);

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
    console.say(`hograd: interrupted; go on with ${commandLine(['--resume', outOf(options)])} and the same options`);
    console.exitWith(130);
    return;
  }
  await conclude(console, { text: json ? JSON.stringify : text, holds: allFinished })(() => Promise.resolve(result));
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
      .option('--lambda-int <X>', 'internal damping of newton-summary (default: 1)', notNegative)
      .option('--checkpoint-every <N>', 'steps between checkpoints', wholeNumber, 200)
      .option(
        '--out <DIR>',
        `where to write metrics, checkpoints, models and report.html; what an earlier run left there is replaced (default: "${DEFAULT_OUT}")`,
      )
      .option('--resume <DIR>', 'go on from the checkpoints of an interrupted run, and write there'),
  )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nThe options from --loss to --params are for a FILE.onnx. Without them its only scalar output is the loss, or on its only output' +
        '\nsoftmax cross-entropy where the data has labels, mean squared error where it has targets.' +
        '\nA FILE.onnx of several inputs takes each from the arrays of its name, such as input_ids_train and attention_mask_train. Data without y_train' +
        '\nand y_test are for a loss that reads nothing but inputs, as an autoencoder’s.' +
        '\n\nExamples:\n  hograd train --data mnist:data/mnist --model mlp --optimizer newton-summary,adam --epochs 10' +
        '\n  hograd train --data mnist:data/mnist --model model.onnx --softmax-cross-entropy logits --optimizer adam' +
        '\n  hograd train --data texts.npz --model transformer.onnx --optimizer newton-summary-safe,adam',
    )
    .action((options: TrainOptions & { readonly json?: boolean }) => run(options, console));
