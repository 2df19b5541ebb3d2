// K-FAC of kfac-jax on an experiment's grid, from the same initial parameters, on the same batches: node tools/experiments/kfac.mjs FILE DATA_ROOT
// Needs `npm run build` and Python 3 (makes .venv/experiments, 0.7 GB). FILE has one setup and one optimizer, kfac; prints a Markdown table.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  exampleShape,
  openDataset,
  shuffledSampler,
  sizeOfDataset,
  splitTrainValidation,
  subset,
  takeBatch,
  writeNpz,
} from '@hograd/data';
import { tensor } from '@hograd/graph-builder';
import { lossGraph, modelNamed } from '@hograd/model-zoo';
import { parse } from 'yaml';
import { row } from '../markdown.mjs';
import { jsonFrom, pythonWith } from '../python.mjs';
import { right } from '../right.mjs';

const [file, dataRoot] = process.argv.slice(2);
const experiment = parse(readFileSync(file, 'utf8'));
const { model, data, train, validation, test, batch, epochs, seeds, tuningSeeds } = experiment;
const [{ optimizer, name: _name, ...options }, ...others] = experiment.optimizers;
if (optimizer !== 'kfac' || others.length > 0 || options.weightDecay) {
  throw new Error(`${file} must have one optimizer, kfac without weightDecay`);
}

/** Every combination of one value for each option. */
const points = Object.entries(options).reduce(
  (all, [name, given]) => all.flatMap((point) => [given].flat().map((value) => ({ ...point, [name]: value }))),
  [{}],
);

const [scheme, folder] = data.split(':');
const opened = right(await openDataset(`${scheme}:${join(dataRoot, folder)}`)());
const upTo = (count) => Uint32Array.from({ length: count }, (_, i) => i);
const arraysOf = (dataset, suffix) => {
  const { x, y } = takeBatch(dataset, upTo(sizeOfDataset(dataset)));
  return { [`x_${suffix}`]: x, [`y_${suffix}`]: y };
};

/** Indices of every batch of a run, one batch after another. */
const orderOf = (seed) => {
  const sampler = right(shuffledSampler({ size: train, batch, seed, stream: 'gradient' }));
  const taken = [];
  let state = sampler.initial;
  while (taken.length < epochs * train) {
    const sampled = sampler.next(state);
    taken.push(...sampled.indices);
    state = sampled.state;
  }
  return tensor(taken, [epochs, train / batch, batch], 'int32');
};

/** What `hograd experiment` trains on from this seed, as an .npz file: examples, the order of batches, initial parameters. */
const writeRun = async (path, seed) => {
  const split = right(splitTrainValidation(seed, { train, validation })(opened.train));
  const built = right(
    modelNamed(model, { inputShape: exampleShape(opened.train.inputs.x), classes: opened.train.classes }),
  );
  const arrays = {
    ...arraysOf(split.train, 'train'),
    ...arraysOf(subset(opened.test, upTo(test)), 'test'),
    order: orderOf(seed),
    ...Object.fromEntries(lossGraph(built, { seed }).initializers),
  };
  right(await writeNpz(path)(arrays)());
};

const python = pythonWith('experiments', new URL('./requirements.txt', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'hograd-kfac-'));
const trained = async (of, grid) => {
  const paths = of.map((seed) => [seed, join(scratch, `${seed}.npz`)]);
  for (const [seed, path] of paths) await writeRun(path, seed);
  const input = JSON.stringify({ seeds: paths, grid });
  return jsonFrom(python, new URL('./kfac.py', import.meta.url), [], { input, stdio: ['pipe', 'pipe', 'inherit'] });
};
const last = ({ trainLoss }) => trainLoss.at(-1);
const hasPoint = (point) => (run) => Object.keys(options).every((name) => run[name] === point[name]);
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

try {
  const first = tuningSeeds ?? seeds.slice(0, 1);
  const tuning = await trained(first, points);
  const score = (point) => mean(tuning.filter(hasPoint(point)).map(last));
  const best = points.filter((point) => Number.isFinite(score(point))).reduce((a, b) => (score(b) < score(a) ? b : a));
  const others = seeds.filter((seed) => !first.includes(seed));
  const rest = others.length > 0 ? await trained(others, [best]) : [];
  console.log(row(['lr', 'damping', 'seed', 'training loss', 'test accuracy', 'seconds']));
  console.log(row(['---', '---', '---', '---', '---', '---']));
  for (const run of [...tuning, ...rest]) {
    console.log(
      row([
        run.lr,
        run.damping,
        run.seed,
        last(run).toPrecision(3),
        `${(100 * run.testAccuracy).toFixed(2)}%`,
        run.seconds.toFixed(1),
      ]),
    );
  }
} finally {
  rmSync(scratch, { recursive: true });
}
