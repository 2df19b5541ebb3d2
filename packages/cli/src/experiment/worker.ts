/** A worker process, seen from outside: one run, so that its memory is its own and its end harms no other. */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunTask } from './performRun.js';
import { type Order, type Report, TERMINAL_SIGNALS } from './workerSide.js';

/** How a worker ended. `broken`: without a record, for this reason. */
export type WorkerEnd =
  | { readonly kind: 'over' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'broken'; readonly reason: string };

export interface Worker {
  readonly ended: Promise<WorkerEnd>;
  /** Asks it to stop at the next step, after a checkpoint. */
  readonly stop: () => void;
}

const PROGRAM = fileURLToPath(new URL('../../bin/perform-run.js', import.meta.url));

const lastLine = (text: string): string => text.trim().split('\n').at(-1)!;

/** Why a process ended that said nothing itself. */
const silentEnd = (code: number | null, signal: NodeJS.Signals | null, said: string): string => {
  const how = signal === null ? `ended with status ${code}` : `was killed by ${signal}`;
  const hint = signal === 'SIGKILL' ? '; the machine may have run out of memory' : '';
  return `the run's process ${how}${hint}${said === '' ? '' : `: ${lastLine(said)}`}`;
};

/** Starts a run in a process of its own. */
export const startWorker = (task: RunTask, onStep: (step: number) => void): Worker => {
  const child = fork(PROGRAM, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const order = (message: Order): void => {
    if (child.connected) child.send(message);
  };
  let said = '';
  let end: WorkerEnd | undefined;
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  child.on('message', (report: Report) => {
    if (report.kind === 'step') onStep(report.step);
    else end = report.kind === 'refused' ? { kind: 'broken', reason: report.message } : { kind: report.kind };
  });
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.on('error', (cause) => resolve({ kind: 'broken', reason: cause.message }));
    child.on('close', (code, signal) => {
      // A terminal's signal reaches a worker that does not listen yet.
      const silent: WorkerEnd =
        signal !== null && TERMINAL_SIGNALS.includes(signal)
          ? { kind: 'interrupted' }
          : { kind: 'broken', reason: silentEnd(code, signal, said) };
      resolve(end ?? silent);
    });
  });
  order({ kind: 'perform', task });
  return { ended, stop: () => order({ kind: 'stop' }) };
};
