/** Sessions for tasks, timed in turn. */

import { encode, makeGraph } from '@hograd/graph-builder';
import type { Session, SessionOptions } from '@hograd/session';
import { quantile } from 'd3-array';
import { building, failed, Refusal, refuse } from '../failure.js';
import { type Arrays, directionName } from '../feeds.js';
import { availableMemory } from '../groupMemory.js';
import { aliveBytes, formatBytes } from '../memoryPlan.js';
import { opening } from '../opening.js';
import { timed } from '../timed.js';
import { numbers, openBytes, runOn, type Tensors } from '../training/tensors.js';
import { type Contestant, medianOf, medianRatio, type Series, type TurnOptions, takeTurns } from '../turns.js';
import type { Answers } from './agreement.js';
import type { Problem } from './problem.js';
import { GRADIENT, type Task } from './tasks.js';

/** What one task takes. */
export interface Cost {
  readonly task: string;
  readonly seconds: {
    /** Of a run: the median over the rounds, and the quartiles. */
    readonly median: number;
    readonly lower: number;
    readonly upper: number;
    /** Of differentiating and encoding, of opening the session, and of its first run. */
    readonly build: number;
    readonly create: number;
    readonly first: number;
  };
  /** Seconds of a run in each round; null where the task had left the turns. */
  readonly rounds: readonly (number | null)[];
  /** Median over the rounds of the time divided by the gradient's in that round. */
  readonly timesGradient: number;
  /** The most bytes of values that are alive at once in a run, estimated from the graph; the runtime's own needs come on top. */
  readonly aliveBytes: number;
}

/** A graph, encoded. */
interface Built {
  readonly task: string;
  readonly bytes: Uint8Array;
  readonly build: number;
  readonly aliveBytes: number;
}

interface Opened extends Omit<Built, 'bytes'> {
  readonly session: Session;
  readonly values: Tensors;
  readonly create: number;
  readonly first: number;
}

export interface Measured {
  readonly costs: readonly Cost[];
  readonly answers: Answers;
  readonly session: Session['report'];
}

/** What a person waits for. */
export interface BenchWatcher {
  readonly onOpen: (task: string, done: number, tasks: number) => void;
  readonly onRound: (done: number, rounds: number) => void;
}

/** A run that cannot fit would take the machine down with it. */
const checkMemory = ({ task, aliveBytes: bytes }: Built): void => {
  if (bytes <= availableMemory()) return;
  refuse(
    `${task} holds about ${formatBytes(bytes)} at once, more than the ${formatBytes(availableMemory())} that there are; take fewer examples, a lower --order, or fewer groups (--partition)`,
  );
};

const buildTask = async ({ name, outputs }: Task, feeds: Arrays): Promise<Built> => {
  const [{ graph, bytes }, build] = await timed(() =>
    building(`${name} cannot be built`, () => {
      const built = makeGraph(outputs());
      return { graph: built, bytes: encode(built) };
    }),
  );
  const values = graph.outputs.map((o) => o.value);
  return { task: name, bytes, build, aliveBytes: aliveBytes(values, feeds) };
};

const openTask = ({ bytes, ...built }: Built, feeds: Arrays, options: SessionOptions): Promise<Opened> =>
  opening(async ({ keep }) => {
    const [session, create] = await timed(async () => keep(await openBytes(bytes, { ...options, inPlace: true })));
    const [values, first] = await timed(() => runOn(session, feeds));
    return { ...built, session, values, create, first };
  });

/** Times runs of a session, one after the other, each written over the results of the one before, as a loop does that uses them up. */
const contestant = (session: Session, feeds: Arrays): Contestant => {
  let results: Tensors | undefined;
  return async (count) => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) {
      const [written, seconds] = await timed(() => runOn(session, feeds, results));
      results = written;
      all.push(seconds);
    }
    return all;
  };
};

const costOf = ({ task, build, create, first, aliveBytes: alive }: Opened, series: Series, gradient: Series): Cost => ({
  task,
  seconds: {
    median: medianOf(series)!,
    lower: quantile(series, 0.25)!,
    upper: quantile(series, 0.75)!,
    build,
    create,
    first,
  },
  rounds: series.map((seconds) => seconds ?? null),
  timesGradient: medianRatio(series, gradient)!,
  aliveBytes: alive,
});

/** Arithmetic on NaN and infinity takes times of its own. */
const checkLoss = ({ loss }: Tensors, { source }: Problem['inputs']): void => {
  const value = loss === undefined ? 0 : numbers(loss)[0]!;
  if (Number.isFinite(value)) return;
  refuse(
    source === 'random'
      ? `the loss is ${value} on random inputs; give real ones with --inputs FILE.npz`
      : `${source}: the loss is ${value} on these inputs; give others, for which it is finite`,
  );
};

/**
 * What each task takes, in turn, and its outputs. `tasks` holds the gradient, before all that ask for a direction: they get the
 * gradient on the same inputs. Refuses where a session cannot be had, a run fails, or the loss is not finite.
 */
export const measure = async (
  tasks: readonly Task[],
  { model: { parameters }, feeds, inputs }: Problem,
  {
    session: sessionOptions,
    turns,
    watcher,
  }: {
    readonly session: SessionOptions;
    readonly turns: Pick<TurnOptions, 'rounds' | 'fewest' | 'budget'>;
    readonly watcher?: BenchWatcher;
  },
): Promise<Measured> => {
  const built: Built[] = [];
  for (const task of tasks) {
    const next = await buildTask(task, feeds);
    checkMemory(next);
    built.push(next);
  }
  const opened: Opened[] = [];
  let all = feeds;
  try {
    for (const [i, task] of built.entries()) {
      watcher?.onOpen(task.task, i, built.length);
      const next = await openTask(task, all, sessionOptions);
      opened.push(next);
      checkLoss(next.values, inputs);
      if (task.task !== GRADIENT) continue;
      const along = parameters.map((p) => [directionName(p), next.values[`${GRADIENT}.${p.attributes.name}`]!]);
      all = { ...feeds, ...Object.fromEntries(along) };
    }
    const contestants = Object.fromEntries(opened.map(({ task, session }) => [task, contestant(session, all)]));
    const { series, failed: broken } = await takeTurns(contestants, {
      ...turns,
      always: [GRADIENT],
      onRound: (done) => watcher?.onRound(done, turns.rounds),
    });
    const [first] = Object.entries(broken);
    if (first) throw new Refusal(failed(`${first[0]}: ${first[1]}`));
    return {
      costs: opened.map((o) => costOf(o, series[o.task]!, series[GRADIENT]!)),
      answers: Object.fromEntries(opened.map(({ task, values }) => [task, values])),
      session: opened[0]!.session.report,
    };
  } finally {
    for (const { session } of opened) await session.release()();
  }
};
