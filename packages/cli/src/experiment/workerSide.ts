/** A worker process, seen from inside: takes one run over its channel, performs it, says how far it is, and ends. */

import * as E from 'fp-ts/lib/Either.js';
import { attempt } from '../failure.js';
import { performRun, type RunTask } from './performRun.js';

/** What the parent sends. */
export type Order = { readonly kind: 'perform'; readonly task: RunTask } | { readonly kind: 'stop' };

/** What the worker sends. `refused`: there is no record, for this reason. */
export type Report =
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'refused'; readonly message: string };

/** What a terminal sends to all processes in it: an interrupt from the keyboard, and its end. */
export const TERMINAL_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGHUP'];

/** Milliseconds between two reports of steps. */
const REPORT_EVERY = 250;

/** Serves the parent's one task. */
export const servePerformRun = (channel: NodeJS.Process): void => {
  let interrupted = false;
  const send = (report: Report): void => {
    if (channel.connected) channel.send!(report);
  };
  const perform = async (task: RunTask): Promise<void> => {
    let reported = 0;
    const result = await attempt(() =>
      performRun(task, {
        interrupted: () => interrupted,
        onStep: (step) => {
          if (performance.now() - reported < REPORT_EVERY) return;
          reported = performance.now();
          send({ kind: 'step', step });
        },
      }),
    );
    if (E.isLeft(result)) send({ kind: 'refused', message: result.left.message });
    else send({ kind: result.right === undefined ? 'interrupted' : 'over' });
  };
  const serve = async (task: RunTask): Promise<void> => {
    try {
      await perform(task);
    } catch (cause) {
      // A defect of ours ends this run only; the experiment goes on with the others.
      send({ kind: 'refused', message: `defect: ${cause instanceof Error ? cause.message : cause}` });
    }
    channel.disconnect!();
  };
  // What a terminal sends goes to parent and workers alike; the parent's order decides.
  for (const signal of TERMINAL_SIGNALS) channel.on(signal, () => {});
  channel.on('message', (order: Order) => {
    if (order.kind === 'stop') interrupted = true;
    else void serve(order.task);
  });
  // Without a parent nobody waits for the run; its files are whole at any moment, and a later run goes on from them.
  channel.on('disconnect', () => channel.exit());
};
