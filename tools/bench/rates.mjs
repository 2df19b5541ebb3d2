// Training loss by how the rates come about, on synthetic digits: node tools/bench/rates.mjs [STEPS] [PERIOD] [METHODS WITH THIS IN THEIR NAME]
// Needs `npm run build`. Prints the Markdown tables of docs/decisions/noise-aware-rates.md.
import { momentum } from '@hograd/baselines';
import { shuffledSampler, sizeOfDataset, syntheticDigits, takeBatch } from '@hograd/data';
import { encode, input, softmaxCrossEntropy, tensor } from '@hograd/graph-builder';
import { initialize, mlp } from '@hograd/model-zoo';
import {
  DEFAULT_RATES,
  DEFAULT_TRUST,
  joinSlices,
  NOISE_AWARE_RATES,
  newtonSummaryGraphs,
  rateControl,
} from '@hograd/newton-summary';
import { canonical } from '@hograd/partition';
import { openSession } from '@hograd/session';
import { right } from '../right.mjs';

const [steps = 200, period = 1] = process.argv.slice(2, 4).map(Number);
const wanted = process.argv[4] ?? '';
const BATCH = 100;
const SLICES = 5;
const SEEDS = [1, 2, 3];

const MODELS = {
  'tanh, 784-64-32-10': mlp({ sizes: [784, 64, 32, 10], activation: 'tanh' }),
  'ELU, 784, 10 × 32, 10': mlp({ sizes: [784, ...new Array(10).fill(32), 10], activation: 'elu' }),
};

const plain = (lambda1) => ({ rates: { ...DEFAULT_RATES, lambda1 } });
const bounded = { ...NOISE_AWARE_RATES.noise, crossValidated: false };
const validated = { ...NOISE_AWARE_RATES.noise, standardErrors: 0 };
const METHODS = {
  'λ1 = 1': plain(1),
  'λ1 = 0.3': plain(0.3),
  'λ1 = 0.1': plain(0.1),
  'λ1 = 0.03': plain(0.03),
  'λ1 = 1, trust safeguard': { ...plain(1), trust: DEFAULT_TRUST },
  'noise-aware': { rates: NOISE_AWARE_RATES },
  'noise-aware, trust safeguard': { rates: NOISE_AWARE_RATES, trust: DEFAULT_TRUST },
  'noise-aware, bound only': { rates: { ...NOISE_AWARE_RATES, noise: bounded } },
  'noise-aware, cross-validation only': { rates: { ...NOISE_AWARE_RATES, noise: validated } },
  'noise-aware, η not averaged': { rates: { ...NOISE_AWARE_RATES, etaDecay: 0 } },
};

const { train: data } = right(syntheticDigits({ train: 4000, test: 1 }));
const everything = takeBatch(data, [...Array(sizeOfDataset(data)).keys()]);

const problemOf = async (model) => {
  const parameters = model.parameters.map(({ name, shape }) => input(name, shape, 'float32'));
  const named = Object.fromEntries(parameters.map((p) => [p.attributes.name, p]));
  const logits = model.forward(named, input('x', ['N', 784], 'float32'));
  const partition = right(canonical(model.parameters.map(({ name, shape }) => ({ name, shape }))));
  const graphs = newtonSummaryGraphs({
    loss: softmaxCrossEntropy(logits, input('y', ['N'], 'int64')),
    parameters,
    partition,
    direction: momentum({ beta: 0.9, dampening: 0.9 }),
  });
  const run = {};
  for (const [name, graph] of Object.entries(graphs)) {
    const session = right(await openSession(encode(graph))());
    run[name] = async (values) =>
      right(await session.run(Object.fromEntries(session.inputs.map(({ name: i }) => [i, values[i]])))());
  }
  return { model, graphs, run, size: partition.groups.length };
};

const measure = async ({ run, size }, values, indices) => {
  const slices = [];
  for (let i = 0; i < SLICES; i++) {
    const part = indices.slice((i * BATCH) / SLICES, ((i + 1) * BATCH) / SLICES);
    const { loss, gbar, Hbar, D3 } = await run.summary({ ...values, ...takeBatch(data, part) });
    const flat = Array.from(Hbar.data);
    slices.push({
      count: part.length,
      loss: loss.data[0],
      gbar: Array.from(gbar.data),
      Hbar: Array.from({ length: size }, (_, s) => flat.slice(s * size, (s + 1) * size)),
      D3: Array.from(D3.data),
    });
  }
  return joinSlices(slices);
};

/** The loss on all examples at the end, and the largest on a batch. */
const train = async (problem, options, seed) => {
  const { model, graphs, run, size } = problem;
  const samplers = ['gradient', 'summary'].map((stream) =>
    right(shuffledSampler({ size: sizeOfDataset(data), batch: BATCH, seed, stream })),
  );
  const states = samplers.map((sampler) => sampler.initial);
  const draw = (i) => {
    const drawn = samplers[i].next(states[i]);
    states[i] = drawn.state;
    return drawn.indices;
  };
  const control = rateControl(options);
  let carried = Object.fromEntries([...initialize(model, { seed }), ...graphs.step.initializers]);
  const advance = (next) => Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]]));
  let now = { state: control.initial, rates: [] };
  const ratesOf = () => tensor(now.rates, [size], 'float32');
  let largest = 0;
  let retries = 0;
  for (let t = 0; t < steps; t++) {
    const batch = takeBatch(data, draw(0));
    if (t % period > 0) {
      const next = await run.step({ ...carried, ...batch, rates: ratesOf() });
      largest = Math.max(largest, next.loss.data[0]);
      carried = advance(next);
      continue;
    }
    const along = await run.direction({ ...carried, ...batch });
    largest = Math.max(largest, along.loss.data[0]);
    const indices = Array.from(draw(1));
    now = control.summarized(now.state, await measure(problem, { ...carried, ...along }, indices));
    const independent = takeBatch(data, indices);
    for (let outcome = 'again'; outcome === 'again'; ) {
      const moved = advance({ ...along, ...(await run.apply({ ...carried, ...along, rates: ratesOf() })) });
      const after = (await run.loss({ ...moved, ...independent })).loss.data[0];
      now = control.judged(now.state, after);
      outcome = now.outcome;
      if (outcome === 'accepted') carried = moved;
      else retries += 1;
    }
  }
  return { final: (await run.loss({ ...carried, ...everything })).loss.data[0], largest, retries };
};

for (const [title, model] of Object.entries(MODELS)) {
  const problem = await problemOf(model);
  console.log(`\n${title}, S = ${problem.size}, ${steps} steps, a summary every ${period}\n`);
  console.log(`| rates | ${SEEDS.map((s) => `loss, seed ${s}`).join(' | ')} | largest batch loss | steps taken back |`);
  console.log(`| --- | ${SEEDS.map(() => '---').join(' | ')} | --- | --- |`);
  for (const [name, options] of Object.entries(METHODS).filter(([method]) => method.includes(wanted))) {
    const runs = [];
    for (const seed of SEEDS) runs.push(await train(problem, options, seed));
    const losses = runs.map(({ final }) => final.toPrecision(3)).join(' | ');
    const largest = Math.max(...runs.map((r) => r.largest)).toPrecision(3);
    console.log(`| ${name} | ${losses} | ${largest} | ${runs.map((r) => r.retries).join(', ')} |`);
  }
}
