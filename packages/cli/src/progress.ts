/** What a person sees while a run goes on: a bar on a terminal, a line an epoch elsewhere; all on standard error. */

import { SingleBar } from 'cli-progress';
import type { Watcher } from './commands/train.js';
import { lossText } from './lossText.js';

/** A watcher that draws on `stream`, and asks `interrupted` whether to stop. */
export const watchProgress = (
  stream: NodeJS.WriteStream,
  interrupted: () => boolean,
): Watcher & { readonly stop: () => void } => {
  let bar: SingleBar | undefined;
  let accuracy = '';
  return {
    interrupted,
    onStart: ({ name, steps, done }) => {
      bar?.stop();
      accuracy = '';
      if (!stream.isTTY) return;
      bar = new SingleBar({
        format: `${name} {bar} epoch {epoch} loss {loss}{accuracy} · {eta_formatted} left`,
        stream,
        hideCursor: true,
      });
      bar.start(steps, done, { epoch: 1, loss: '', accuracy });
    },
    onStep: ({ step, epoch, loss }) => bar?.update(step, { epoch, loss: lossText(loss), accuracy }),
    onEpoch: (run, { epoch, trainLoss, testLoss, testAccuracy, seconds }) => {
      const percent = testAccuracy === undefined ? undefined : `${(100 * testAccuracy).toFixed(2)}%`;
      accuracy = percent === undefined ? '' : ` test ${percent}`;
      if (!bar) {
        stream.write(
          `${run} epoch ${epoch}: train loss ${lossText(trainLoss)}, test loss ${lossText(testLoss)}${percent === undefined ? '' : `, test accuracy ${percent}`}, ${seconds.toFixed(1)} s\n`,
        );
      }
    },
    stop: () => bar?.stop(),
  };
};
