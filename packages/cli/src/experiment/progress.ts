/** What a person sees while an experiment goes on: a bar on a terminal, a line a run elsewhere, on standard error. */

import { SingleBar } from 'cli-progress';
import type { EpochMetrics } from '../training/loop.js';
import { durationText, type Paced, secondsLeft } from './clock.js';
import type { ConductWatcher } from './conduct.js';
import type { RunRecord } from './record.js';
import { secondsPerEpoch } from './results.js';

const accuracyText = ({ testAccuracy }: EpochMetrics): string =>
  testAccuracy === undefined ? '' : `test accuracy ${(100 * testAccuracy).toFixed(2)}%, `;

const endText = (record: RunRecord): string => {
  const last = record.epochs.at(-1);
  const pace = secondsPerEpoch(record);
  if (record.outcome === 'failed') return `failed: ${record.reason}`;
  return `train loss ${last!.trainLoss.toPrecision(4)}, ${accuracyText(last!)}${pace!.toFixed(1)} s/epoch`;
};

interface Entry extends Paced {
  /** When it began in this process, and the steps that it had taken before. */
  readonly began?: { readonly step: number; readonly at: number };
}

/** A run that has taken `step` steps by now. */
const moved = (entry: Entry, step: number): Entry => {
  const now = performance.now();
  const began = entry.began ?? { step, at: now };
  const elapsed = (now - began.at) / 1000;
  return { ...entry, began, done: step, elapsed, ...(step > began.step && { pace: elapsed / (step - began.step) }) };
};

/** Milliseconds between two lines that only say how far it is, where there is no terminal. */
const SAY_EVERY = 60_000;

/** A watcher that writes on `stream`. */
export const watchExperiment = (
  stream: NodeJS.WriteStream,
  workers: number,
  onInterrupt: ConductWatcher['onInterrupt'],
): ConductWatcher & { readonly stop: () => void } => {
  const entries = new Map<string, Entry>();
  let bar: SingleBar | undefined;
  let said = performance.now();
  const status = (): { readonly over: number; readonly left: string } => {
    const runs = [...entries.values()];
    const left = secondsLeft(runs, workers);
    return {
      over: runs.filter(({ state }) => state === 'over').length,
      left: left === undefined ? 'time left unknown yet' : `${durationText(left)} left`,
    };
  };
  return {
    onInterrupt,
    onPlan: (runs) => {
      for (const { key, setup, arm, steps, seconds } of runs) {
        entries.set(key, { setup, arm, steps, seconds, done: 0, elapsed: 0, state: 'waiting' });
      }
      if (!stream.isTTY) return;
      bar = new SingleBar({ format: '{bar} {value}/{total} runs · {left} · {now}', stream, hideCursor: true });
      bar.start(runs.length, 0, { left: '', now: '' });
    },
    onStart: ({ key }) => {
      entries.set(key, { ...entries.get(key)!, state: 'running' });
    },
    onStep: ({ key, arm, text }, step) => {
      entries.set(key, moved(entries.get(key)!, step));
      const { over, left } = status();
      if (bar) bar.update(over, { left, now: `${arm}, ${text}` });
      else if (performance.now() - said > SAY_EVERY) {
        said = performance.now();
        stream.write(`${over} of ${entries.size} runs are over, ${left}\n`);
      }
    },
    onEnd: ({ key, setup, arm, text }, record, former) => {
      const entry = entries.get(key)!;
      entries.set(key, { ...(former ? entry : moved(entry, record.steps)), state: 'over' });
      const { over, left } = status();
      if (bar) bar.update(over, { left, now: '' });
      else if (!former) {
        said = performance.now();
        const more = over < entries.size ? ` · ${left}` : '';
        stream.write(`${over}/${entries.size} ${setup}: ${arm}, ${text}: ${endText(record)}${more}\n`);
      }
    },
    stop: () => bar?.stop(),
  };
};
