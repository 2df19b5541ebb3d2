/** Conducting an experiment: grid searches, choices, final runs; each run a process, none that is over twice. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Device } from '@hograd/session';
import pLimit from 'p-limit';
import { epochsOf } from '../training/metrics.js';
import type { Settings } from '../training/settings.js';
import type { Arm, Experiment, Setup } from './experiment.js';
import { settingsText } from './grid.js';
import type { ArmOutcome, Outcome } from './outcome.js';
import { folderOf, planOf, type RunPlan } from './plan.js';
import type { StepsPerEpoch } from './preflight.js';
import { type RunRecord, readRecord } from './record.js';
import { type Candidate, select } from './select.js';
import { startWorker, type Worker } from './worker.js';

export interface Conditions {
  /** The experiment's folder. */
  readonly out: string;
  /** Runs at once. */
  readonly workers: number;
  /** Threads within one operator of each run; left out: the cores shared out among the workers. */
  readonly threads?: number;
  readonly device: Device | 'auto';
  /** Where relative paths of data start from. */
  readonly dataRoot: string;
}

/** A run as it is known before it starts. Of a final run after a grid search only the settings are open. */
export interface PlannedRun {
  readonly key: string;
  readonly setup: string;
  readonly arm: string;
  /** `lr 0.001, seed 1`. */
  readonly text: string;
  /** Infinity where only time ends it. */
  readonly steps: number;
  /** Infinity where only steps do. */
  readonly seconds: number;
}

export interface ConductWatcher {
  /** Called once; calls back when the user asks to stop. */
  readonly onInterrupt: (stop: () => void) => void;
  readonly onPlan: (runs: readonly PlannedRun[]) => void;
  readonly onStart: (run: PlannedRun) => void;
  readonly onStep: (run: PlannedRun, step: number) => void;
  /** `former`: it was over before. */
  readonly onEnd: (run: PlannedRun, record: RunRecord, former: boolean) => void;
}

/** Ends what waits for a run that was interrupted. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const armKey = (setup: Setup, arm: Arm): string => `${setup.name}\n${arm.name}`;

const plannedRun = (setup: Setup, arm: Arm, stepsPerEpoch: number, text: string): PlannedRun => ({
  key: `${armKey(setup, arm)}\n${text}`,
  setup: setup.name,
  arm: arm.name,
  text,
  steps: stepsPerEpoch * (setup.epochs ?? Number.POSITIVE_INFINITY),
  seconds: setup.seconds ?? Number.POSITIVE_INFINITY,
});

const gridText = (arm: Arm, settings: Settings, seed: number): string =>
  `${settingsText(settings, arm.searched)}, seed ${seed}`;

const finalText = (seed: number): string => `seed ${seed}`;

/** Seeds whose final run is not one of the grid search. */
const freshSeeds = ({ seeds, tuningSeeds }: Setup): readonly number[] =>
  seeds.filter((seed) => !tuningSeeds.includes(seed));

const plannedRuns = ({ setups }: Experiment, stepsPerEpoch: StepsPerEpoch): readonly PlannedRun[] =>
  setups.flatMap((setup, k) =>
    setup.arms.flatMap((arm) => {
      const planned = (text: string): PlannedRun => plannedRun(setup, arm, stepsPerEpoch[k]!, text);
      if (arm.points.length === 1) return setup.seeds.map((seed) => planned(finalText(seed)));
      return [
        ...arm.points.flatMap((point) => setup.tuningSeeds.map((seed) => planned(gridText(arm, point, seed)))),
        ...freshSeeds(setup).map((seed) => planned(finalText(seed))),
      ];
    }),
  );

/**
 * Performs every run of an experiment that is not over yet, `workers` at a time, and returns all of them; undefined
 * where it was interrupted, after each run's checkpoint. A run whose process broke is in the outcome as failed, with
 * its reason, and is tried again next time.
 */
export const conduct = async (
  experiment: Experiment,
  stepsPerEpoch: StepsPerEpoch,
  { out, workers, threads: asked, device, dataRoot }: Conditions,
  watcher: ConductWatcher,
): Promise<Outcome | undefined> => {
  const threads = asked ?? (workers === 1 ? undefined : Math.max(1, Math.floor(availableParallelism() / workers)));
  const limit = pLimit(workers);
  const running = new Set<Worker>();
  let interrupted = false;
  watcher.onInterrupt(() => {
    interrupted = true;
    for (const worker of running) worker.stop();
  });
  watcher.onPlan(plannedRuns(experiment, stepsPerEpoch));

  const performed = async (plan: RunPlan, folder: string, planned: PlannedRun): Promise<RunRecord> => {
    watcher.onStart(planned);
    const task = { plan, folder, device, dataRoot, ...(threads !== undefined && { threads }) };
    const worker = startWorker(task, (step) => watcher.onStep(planned, step));
    running.add(worker);
    const end = await worker.ended;
    running.delete(worker);
    if (end.kind === 'interrupted') throw new Interrupted();
    const record = end.kind === 'over' ? await readRecord(folder) : undefined;
    if (record) return record;
    const reason = end.kind === 'broken' ? end.reason : 'its record is missing';
    const epochs = await epochsOf(folder);
    return { plan, outcome: 'failed', reason, epochs, steps: 0, device, peakBytes: 0 };
  };

  const run = (setup: Setup, arm: Arm, plan: RunPlan, planned: PlannedRun): Promise<RunRecord> =>
    limit(async () => {
      const folder = join(out, folderOf(setup, arm, plan));
      const former = await readRecord(folder);
      if (!former && interrupted) throw new Interrupted();
      const record = former ?? (await performed(plan, folder, planned));
      watcher.onEnd(planned, record, former !== undefined);
      return record;
    });

  const conductArm = async (setup: Setup, arm: Arm, steps: number): Promise<ArmOutcome> => {
    const settled = (settings: Settings, seed: number, text: string): Promise<RunRecord> =>
      run(setup, arm, planOf(setup, arm, settings, seed), plannedRun(setup, arm, steps, text));
    if (arm.points.length === 1) {
      const [selected] = arm.points;
      const runs = await Promise.all(setup.seeds.map((seed) => settled(selected!, seed, finalText(seed))));
      return { arm, grid: [], selected: selected!, runs };
    }
    const grid: readonly Candidate[] = await Promise.all(
      arm.points.map(async (settings) => ({
        settings,
        runs: await Promise.all(
          setup.tuningSeeds.map((seed) => settled(settings, seed, gridText(arm, settings, seed))),
        ),
      })),
    );
    const selected = select(grid);
    if (selected === undefined) return { arm, grid, runs: [] };
    const tuned = grid.find(({ settings }) => settings === selected)!.runs;
    const runs = await Promise.all(
      setup.seeds.map(
        (seed) => tuned.find(({ plan }) => plan.seed === seed) ?? settled(selected, seed, finalText(seed)),
      ),
    );
    return { arm, grid, selected, runs };
  };

  const arms = experiment.setups.map((setup, k) =>
    Promise.allSettled(setup.arms.map((arm) => conductArm(setup, arm, stepsPerEpoch[k]!))),
  );
  const setups = (await Promise.all(arms)).map((settled, k) => ({
    setup: experiment.setups[k]!,
    arms: settled.flatMap((arm) => {
      if (arm.status === 'fulfilled') return [arm.value];
      if (arm.reason instanceof Interrupted) return [];
      throw arm.reason;
    }),
  }));
  return interrupted ? undefined : { experiment, setups };
};
