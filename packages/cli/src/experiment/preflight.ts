/** What an experiment asks of its data and models, tried before any run starts. */

import { sizeOfDataset } from '@hograd/data';
import { attempt, orRefuse, wrongInput } from '../failure.js';
import { digestOfPartition, readPartition } from '../partition.js';
import { methodOf } from '../training/methods.js';
import { checkBatch, checkOptimizer, checkSlices, openModel } from '../training/openRun.js';
import { digestOfData, fileUnder, openForRuns, partsOf } from '../training/parts.js';
import type { OpenModel, Parts } from '../training/trainable.js';
import type { Experiment, Setup } from './experiment.js';

/** Steps an epoch of each setup, in order. */
export type StepsPerEpoch = readonly number[];

/** What is known of a setup once its data and model have been opened. */
interface Checked {
  readonly setup: Setup;
  readonly steps: number;
}

interface Opened {
  readonly data: Parts;
  readonly digest: string;
}

const checkSetup = async (
  setup: Setup,
  model: OpenModel,
  { data, digest: dataDigest }: Opened,
  root: string,
): Promise<Checked> => {
  const under = fileUnder(root);
  const [seed] = setup.seeds as readonly [number];
  const { trainable, train } = await model.fit(partsOf(setup, seed)(data));
  const problem = trainable.problem(seed);
  const size = sizeOfDataset(train);
  checkBatch('batch', setup.batch, size);
  const partitionDigests: Record<string, string> = {};
  for (const { optimizer, points } of setup.arms) {
    for (const point of points) {
      const { partition, summaryBatch, ...method } = orRefuse(methodOf(optimizer)(point), (e) => wrongInput(e.message));
      const groups = await readPartition(under(partition), trainable.parameters);
      const digest = digestOfPartition(partition, groups);
      if (digest !== undefined) partitionDigests[partition] = digest;
      if (summaryBatch !== undefined) checkBatch('summaryBatch', summaryBatch, size);
      checkSlices(method.optimizer, summaryBatch ?? setup.batch);
      // The points of a grid differ in numbers that no graph depends on.
      if (point === points[0])
        await checkOptimizer(method.optimizer, setup.model, { ...problem, partition: groups, seed });
    }
  }
  const { digest } = trainable;
  return {
    setup: { ...setup, dataDigest, partitionDigests, ...(digest !== undefined && { modelDigest: digest }) },
    steps: Math.floor(size / setup.batch),
  };
};

/** Opens every data set, fits every model, makes every partition. Refuses, naming the setup, what cannot be had. */
export const checkSetups = async (
  experiment: Experiment,
  dataRoot: string,
): Promise<{ readonly experiment: Experiment; readonly stepsPerEpoch: StepsPerEpoch }> => {
  const opened = new Map<string, Opened>();
  const checked: Checked[] = [];
  for (const setup of experiment.setups) {
    const result = await attempt(async () => {
      const model = await openModel({ ...setup, model: fileUnder(dataRoot)(setup.model) });
      const read = JSON.stringify([setup.data, model.targets]);
      if (!opened.has(read)) {
        const data = await openForRuns(dataRoot, setup.data, model.targets);
        opened.set(read, { data, digest: digestOfData(data) });
      }
      return checkSetup(setup, model, opened.get(read)!, dataRoot);
    });
    checked.push(orRefuse(result, (failure) => ({ ...failure, message: `${setup.name}: ${failure.message}` })));
  }
  return {
    experiment: { ...experiment, setups: checked.map(({ setup }) => setup) },
    stepsPerEpoch: checked.map(({ steps }) => steps),
  };
};
