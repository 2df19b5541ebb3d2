/** How long an experiment still takes, from the pace of its runs so far. */

import { mean } from 'd3-array';

/** A run, as far as its pace goes. */
export interface Paced {
  /** Runs of one optimizer on one setup go at one pace; those of one setup at similar ones. */
  readonly arm: string;
  readonly setup: string;
  /** Steps in all; Infinity where only time ends the run. */
  readonly steps: number;
  /** Seconds after which it ends anyway; Infinity where only steps do. */
  readonly seconds: number;
  /** Steps taken. */
  readonly done: number;
  readonly state: 'waiting' | 'running' | 'over';
  /** Seconds from the start of its process until it began: Node, data, the graphs' compilation. Left out: it has not begun. */
  readonly opening?: number;
  /** Seconds since it began, in this process. */
  readonly elapsed: number;
  /** Seconds a step, once it has taken one. */
  readonly pace?: number;
}

/** Of those that have it; undefined where none does. */
const meanOf = (field: 'pace' | 'opening', runs: readonly Paced[]): number | undefined =>
  mean(runs, ({ [field]: value }) => value);

/** Undefined where neither the pace nor a budget is known. */
const remaining = (
  { steps, done, seconds, elapsed }: Paced,
  pace: number | undefined,
  opening: number,
): number | undefined => {
  const bySteps = pace === undefined ? Number.POSITIVE_INFINITY : pace * (steps - done);
  const left = Math.min(bySteps, seconds - elapsed);
  return Number.isFinite(left) ? opening + Math.max(0, left) : undefined;
};

/**
 * Seconds until all runs are over, `workers` at a time. A run that has not begun is taken to open and to go as
 * those of its arm do on average, or else of its setup, or else all. Undefined while nothing is known of some run.
 */
export const secondsLeft = (runs: readonly Paced[], workers: number): number | undefined => {
  const open = runs.filter(({ state }) => state !== 'over');
  const left = open.map((run) => {
    const sameSetup = runs.filter(({ setup }) => setup === run.setup);
    const sameArm = sameSetup.filter(({ arm }) => arm === run.arm);
    const typical = (field: 'pace' | 'opening'): number | undefined =>
      meanOf(field, sameArm) ?? meanOf(field, sameSetup) ?? meanOf(field, runs);
    return remaining(run, run.pace ?? typical('pace'), run.opening === undefined ? (typical('opening') ?? 0) : 0);
  });
  const known = left.filter((seconds) => seconds !== undefined);
  if (known.length < left.length) return undefined;
  return Math.max(0, ...known, known.reduce((a, b) => a + b, 0) / workers);
};

/** `45 s`, `3 min`, `2 h 10 min`. */
export const durationText = (seconds: number): string => {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
