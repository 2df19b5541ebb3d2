/** What a person sees while an experiment goes on: a line a run, and a bar below on a terminal; all on standard error. */

import { type Bar, canDraw, type Layout, openBar } from '../bar.js';
import type { EpochMetrics } from '../training/loop.js';
import { secondsPerEpoch } from '../training/metrics.js';
import { durationText, type Paced, secondsLeft } from './clock.js';
import type { ConductWatcher } from './conduct.js';
import type { RunRecord } from './record.js';

const accuracyText = ({ testAccuracy }: EpochMetrics): string =>
  testAccuracy === undefined ? '' : `test accuracy ${(100 * testAccuracy).toFixed(2)}%, `;

const endText = (record: RunRecord): string => {
  const last = record.epochs.at(-1);
  const pace = secondsPerEpoch(record.epochs);
  if (record.outcome === 'failed') return `failed: ${record.reason}`;
  return `train loss ${last!.trainLoss.toPrecision(4)}, ${accuracyText(last!)}${pace!.toFixed(1)} s/epoch`;
};

interface Entry extends Paced {
  /** When its process was started. */
  readonly startedAt?: number;
  /** When it began in this process, and the steps that it had taken before. */
  readonly began?: { readonly step: number; readonly at: number };
}

/** A run that has taken `step` steps by now. */
const moved = (entry: Entry, step: number): Entry => {
  const now = performance.now();
  const began = entry.began ?? { step, at: now };
  const elapsed = (now - began.at) / 1000;
  const opening = (began.at - (entry.startedAt ?? began.at)) / 1000;
  return {
    ...entry,
    began,
    opening,
    done: step,
    elapsed,
    ...(step > began.step && { pace: elapsed / (step - began.step) }),
  };
};

interface Shown {
  /** `3/12 runs`. */
  readonly count: string;
  /** Empty before there is anything to say. */
  readonly left: string;
  readonly now: string;
}

const layouts = ({ count, left, now }: Shown): readonly Layout[] => {
  const all = [count, left, now].filter((part) => part !== '');
  return [['', all.join(' · ')], ['', all.slice(0, 2).join(' · ')], all.slice(0, 2).join(' · '), count];
};

/** Milliseconds between two lines that only say how far it is, where there is no terminal. */
const SAY_EVERY = 60_000;

/** A watcher that writes on `stream`. */
export const watchExperiment = (
  stream: NodeJS.WriteStream,
  workers: number,
  onInterrupt: ConductWatcher['onInterrupt'],
): ConductWatcher & { readonly say: (line: string) => void; readonly stop: () => void } => {
  const entries = new Map<string, Entry>();
  let bar: Bar<Shown> | undefined;
  let said = performance.now();
  const say = (line: string): void => {
    if (bar) bar.say(line);
    else stream.write(`${line}\n`);
    said = performance.now();
  };
  const status = (): { readonly over: number; readonly left: string } => {
    const runs = [...entries.values()];
    const left = secondsLeft(runs, workers);
    return {
      over: runs.filter(({ state }) => state === 'over').length,
      left: left === undefined ? 'time left unknown yet' : `${durationText(left)} left`,
    };
  };
  const show = (now: string): void => {
    const { over, left } = status();
    bar?.show(over, entries.size, { count: `${over}/${entries.size} runs`, left, now });
  };
  return {
    onInterrupt,
    onPlan: (runs) => {
      for (const { key, setup, arm, steps, seconds } of runs) {
        entries.set(key, { setup, arm, steps, seconds, done: 0, elapsed: 0, state: 'waiting' });
      }
      const now = { count: `0/${runs.length} runs`, left: '', now: '' };
      if (canDraw(stream)) bar = openBar(stream, { done: 0, total: runs.length, now }, layouts);
    },
    onStart: ({ key }) => {
      entries.set(key, { ...entries.get(key)!, state: 'running', startedAt: performance.now() });
    },
    onStep: ({ key, arm, text }, step) => {
      entries.set(key, moved(entries.get(key)!, step));
      show(`${arm}, ${text}`);
      if (bar || performance.now() - said <= SAY_EVERY) return;
      const { over, left } = status();
      say(`${over} of ${entries.size} runs are over, ${left}`);
    },
    onEnd: ({ key, setup, arm, text }, record, former) => {
      const entry = entries.get(key)!;
      // A run that ended before it began says nothing of how long that takes.
      entries.set(key, { ...(entry.began ? moved(entry, record.steps) : entry), state: 'over' });
      show('');
      if (former) return;
      const { over, left } = status();
      const more = over < entries.size && !bar ? ` · ${left}` : '';
      say(`${over}/${entries.size} ${setup}: ${arm}, ${text}: ${endText(record)}${more}`);
    },
    say,
    stop: () => {
      bar?.stop();
      bar = undefined;
    },
  };
};
