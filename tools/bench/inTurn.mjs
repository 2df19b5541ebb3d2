// node tools/bench/inTurn.mjs [THREADS]: what two sessions that run in turn cost when ONNX Runtime's threads wait busily for the next
// run, as they do by default, and when they do not (docs/ort-kernels.md). Milliseconds, medians. Build first.
import { availableParallelism } from 'node:os';
import { medianOf } from '@hograd/cli/turns';
import * as ort from 'onnxruntime-node';
import { table } from '../markdown.mjs';
import { buildGraph, feedsFor } from './problem/graphs.mjs';
import { benchModel } from './problem/models.mjs';
import { draftProblem } from './problem/problem.mjs';

const threads = Number(process.argv[2] ?? availableParallelism());
const ROUNDS = 60;
const PASSES = 5;

const open = async (bytes, problem, busily) => {
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { force_spinning_stop: busily ? '0' : '1' } },
  });
  const inputs = session.inputNames.map((name) => ({ name }));
  const feeds = Object.entries(feedsFor({ inputs }, problem)).map(([name, { dtype, data, shape }]) => [
    name,
    new ort.Tensor(dtype, data, shape),
  ]);
  return { session, run: () => session.run(Object.fromEntries(feeds)) };
};

/** Median milliseconds of each of the sessions, one run a round. */
const timed = async (sessions) => {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const round = [];
    for (const { run } of sessions) {
      const start = performance.now();
      await run();
      round.push(performance.now() - start);
    }
    rounds.push(round);
  }
  return sessions.map((_, k) => medianOf(rounds.map((round) => round[k])));
};

const rowsOf = async (name) => {
  const of = benchModel(name);
  const draft = draftProblem(of);
  // A direction as long as its parameter: what its values are changes no time.
  const problem = { ...draft, directions: draft.values };
  const files = ['gradient', 'order3'].map((task) => buildGraph(of.model, task, { values: draft.values }).bytes);
  /** [alone and alone, in turn and in turn] of both sessions, once for each pass. */
  const passes = { true: [], false: [] };
  for (let pass = 0; pass < PASSES; pass++) {
    for (const busily of [true, false]) {
      const sessions = await Promise.all(files.map((bytes) => open(bytes, problem, busily)));
      const alone = [];
      for (const session of sessions) alone.push(...(await timed([session])));
      passes[busily].push([...alone, ...(await timed(sessions))]);
      await Promise.all(sessions.map(({ session }) => session.release()));
    }
  }
  const cell = (busily, k) => medianOf(passes[busily].map((times) => times[k])).toFixed(1);
  return ['gradient', 'ḡ+H̄+D3'].map((task, k) => [
    `${of.title}, ${task}`,
    ...[true, false].flatMap((busily) => [cell(busily, k), cell(busily, k + 2)]),
  ]);
};

const rows = [];
for (const name of ['mlp', 'lenet']) rows.push(...(await rowsOf(name)));
process.stdout.write(
  `${table(['', 'waiting busily: alone', 'in turn', 'not waiting busily: alone', 'in turn'], rows)}\n`,
);
