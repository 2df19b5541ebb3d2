/** What a person sees while a run goes on: a line an epoch, and a bar below on a terminal; all on standard error. */

import { type Bar, canDraw, type Layout, openBar } from './bar.js';
import type { Watcher } from './commands/train.js';
import { durationText } from './experiment/clock.js';
import { lossText } from './lossText.js';
import type { EpochMetrics } from './training/loop.js';

interface Shown {
  readonly epoch: number;
  /** Undefined before the first step. */
  readonly loss?: number;
}

const percentText = (share: number): string => `${(100 * share).toFixed(2)}%`;

const epochText = (run: string, { epoch, trainLoss, testLoss, testAccuracy, seconds }: EpochMetrics): string => {
  const accuracy = testAccuracy === undefined ? '' : `, test accuracy ${percentText(testAccuracy)}`;
  return `${run} epoch ${epoch}: train loss ${lossText(trainLoss)}, test loss ${lossText(testLoss)}${accuracy}, ${seconds.toFixed(1)} s`;
};

/** The name goes before the loss where there is no room: lines above the bar have it. */
const layouts =
  (name: string, test: () => string) =>
  ({ epoch, loss }: Shown, secondsLeft: number | undefined): readonly Layout[] => {
    const step = loss === undefined ? '' : ` loss ${lossText(loss)}`;
    const left = loss === undefined || secondsLeft === undefined ? '' : ` · ${durationText(secondsLeft)} left`;
    const [whole, plain] = [`epoch ${epoch}${step}${test()}${left}`, `epoch ${epoch}${step}${left}`];
    return [[name, whole], [name, plain], `${name} ${plain}`, plain, `epoch ${epoch}${left}`];
  };

export interface Progress extends Watcher {
  /** A line for good. */
  readonly say: (line: string) => void;
  readonly stop: () => void;
}

/** A watcher that draws on `stream`, and asks `interrupted` whether to stop. */
export const watchProgress = (stream: NodeJS.WriteStream, interrupted: () => boolean): Progress => {
  let bar: Bar<Shown> | undefined;
  let total = 0;
  let test = '';
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const say = (line: string): void => {
    if (bar) bar.say(line);
    else stream.write(`${line}\n`);
  };
  return {
    interrupted,
    onStart: ({ name, steps, done }) => {
      stop();
      total = steps;
      test = '';
      if (canDraw(stream))
        bar = openBar(
          stream,
          { done, total, now: { epoch: 1 } },
          layouts(name, () => test),
        );
    },
    onStep: ({ step, epoch, loss }) => bar?.show(step, total, { epoch, loss }),
    onEpoch: (run, epoch) => {
      test = epoch.testAccuracy === undefined ? '' : ` test ${percentText(epoch.testAccuracy)}`;
      say(epochText(run, epoch));
    },
    say,
    stop,
  };
};
