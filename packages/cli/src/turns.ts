/** Timing in turn: everyone runs once a round, so that a change in the machine's speed falls on all alike. */

import { setTimeout as pause } from 'node:timers/promises';
import { median } from 'd3-array';

/** Runs so many times in a row, and gives the seconds of each. */
export type Contestant = (count: number) => Promise<readonly number[]>;

export interface TurnOptions {
  /** At most. */
  readonly rounds: number;
  /** Rounds that everyone has, whatever they take. */
  readonly fewest: number;
  /** Seconds after which one leaves the turn. */
  readonly budget: number;
  /** Names of those that never leave: the ones that others are compared with. */
  readonly always: readonly string[];
  readonly onRound?: (done: number) => void;
}

/** Seconds in each round; undefined where there was none. */
export type Series = readonly (number | undefined)[];

export interface Turns {
  readonly series: Readonly<Record<string, Series>>;
  /** Why the ones that failed did. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Threads of whoever ran before may still be spinning. */
const SETTLE_MS = 30;

/** A turn lasts at least this long: short runs are repeated and their median taken. */
const TURN_SECONDS = 0.1;

/** A clock that shows no time for a run would ask for runs without end. */
const MOST_RUNS = 10_000;

const turn = async (contestant: Contestant, count: number): Promise<number> => {
  await pause(SETTLE_MS);
  return median(await contestant(count))!;
};

/**
 * Seconds of each contestant in each round, the first run, which tells how often to run in a turn, left out. One that has used up
 * its budget leaves once it had the fewest rounds; one that rejects goes no further, and is in `failed` with what it said.
 */
export const takeTurns = async (
  contestants: Readonly<Record<string, Contestant>>,
  { rounds, fewest, budget, always, onRound }: TurnOptions,
): Promise<Turns> => {
  const names = Object.keys(contestants);
  const series: Record<string, (number | undefined)[]> = Object.fromEntries(names.map((name) => [name, []]));
  const spent: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const failed: Record<string, string> = {};
  const attempt = async (name: string, count: number): Promise<number | undefined> => {
    const start = performance.now();
    try {
      return await turn(contestants[name]!, count);
    } catch (cause) {
      failed[name] = cause instanceof Error ? cause.message : String(cause);
      return undefined;
    } finally {
      spent[name]! += (performance.now() - start) / 1000;
    }
  };
  const counts: Record<string, number> = {};
  for (const name of names) {
    const once = await attempt(name, 1);
    counts[name] = Math.max(1, Math.min(MOST_RUNS, Math.ceil(TURN_SECONDS / (once ?? 1))));
    spent[name] = 0;
  }
  const usedUp = (name: string, had: number): boolean => spent[name]! > budget && had >= fewest;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const left = failed[name] !== undefined || (usedUp(name, round) && !always.includes(name));
      series[name]!.push(left ? undefined : await attempt(name, counts[name]!));
    }
    onRound?.(round + 1);
    if (names.every((name) => failed[name] !== undefined || usedUp(name, round + 1))) break;
  }
  return { series, failed };
};

/** Median of the ratios of two series, over the rounds that both have; undefined where there is none. */
export const medianRatio = (above: Series, below: Series): number | undefined =>
  median(above.map((v, i) => (v === undefined || below[i] === undefined ? undefined : v / below[i])));

/** Median over the rounds that there were; undefined where there was none. */
export const medianOf = (series: Series): number | undefined => median(series);
