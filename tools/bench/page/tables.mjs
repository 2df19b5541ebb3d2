// The measured tables of docs/benchmarks.md, as paragraphs of Markdown, from the results.

import { table } from '../../markdown.mjs';
import { PEERS, PEERS_OF } from '../peers/entries.mjs';
import { TASKS } from '../problem/graphs.mjs';
import { circumstancesLine, mebibytes, milliseconds, number, operatorShares, TASK_TITLES, times } from './format.mjs';
import {
  against,
  boldWhereMissed,
  EXECUTED_TARGET,
  floorRatio,
  floorTimes,
  inGradients,
  isMet,
  ORDER2_TARGET,
  order2Share,
  peerTarget,
  targetsOf,
} from './targets.mjs';
import { modelTitle } from './titles.mjs';

const unique = (values) => [...new Set(values)];

const circumstancesOf = (pieces) => circumstancesLine(pieces.map(({ where }) => where));

const piecesOf = (byModel) => Object.values(byModel ?? {}).flatMap((tasks) => Object.values(tasks));

/** What a summary costs in gradients, beside the targets. */
export const targetTable = (results) => {
  const byModel = results.cpu ?? {};
  const rows = Object.keys(byModel).map((name) => {
    const { gradient, order3 } = byModel[name];
    const batch = Object.values(byModel[name])[0].where.batch;
    const target = targetsOf(name);
    return [
      modelTitle(name, batch),
      results.products?.[name]?.S ?? '–',
      milliseconds(order3?.rows.gradient?.seconds ?? gradient?.rows.hograd?.seconds),
      times(inGradients(results, name, 'order2')),
      against(inGradients(results, name, 'order3'), target.gradients, true),
      times(floorRatio(results, name, 'order3', 'gradient')),
      against(order2Share(results, name), ORDER2_TARGET, true),
      times(floorRatio(results, name, 'order2', 'order3')),
      against(floorTimes(results, name, 'order3'), target.floors, true),
    ];
  });
  if (rows.length === 0) return [];
  return [
    '## What a curvature summary costs, in gradients',
    'The canonical partition (each tensor a group), float32. A gradient is hograd’s own, timed in turn with the summary, its results [in place](decisions/results-in-place.md): that made large gradients faster (BigMLP’s by a quarter to a third) and their multiples larger. “By products” is what the multiple before it is when only the floors of products are counted: without any overhead a summary could not come below. The last column is the time of ḡ+H̄+D3 as a multiple of the floor of products ÷ the rate of a 1024³ matrix product in the same run. In brackets what the project aims at; **bold** where that is missed.',
    circumstancesOf(piecesOf(byModel)),
    table(
      [
        'model',
        'S',
        'gradient, ms',
        'ḡ+H̄',
        'ḡ+H̄+D3',
        'by products',
        'ḡ+H̄ in ḡ+H̄+D3',
        'by products',
        'ḡ+H̄+D3 in floors',
      ],
      rows,
    ),
  ];
};

const compareTable = (byModel, task) => {
  const models = Object.keys(byModel).filter((name) => byModel[name][task]);
  const failures = [];
  const cell = (name, peer) => {
    const row = byModel[name][task].rows[peer];
    if (!row) return '–';
    if (row.failed) {
      failures.push(`${PEERS[peer].title} on ${modelTitle(name, byModel[name][task].where.batch)}: ${row.failed}`);
      return 'no result';
    }
    return against(row.timesHograd, peerTarget(name, task, peer), false);
  };
  const rows = models.map((name) => {
    const { rows: of, where } = byModel[name][task];
    return [
      modelTitle(name, where.batch),
      milliseconds(of.hograd?.seconds),
      ...PEERS_OF[task].map((peer) => cell(name, peer)),
    ];
  });
  const memory = models.map((name) => {
    const { rows: of, where } = byModel[name][task];
    const peak = (row) => (row?.peakBytes ? `${mebibytes(row.peakBytes)} (${mebibytes(row.runtimeBytes)})` : '–');
    return [modelTitle(name, where.batch), peak(of.hograd), ...PEERS_OF[task].map((peer) => peak(of[peer]))];
  });
  const titles = PEERS_OF[task].map((peer) => PEERS[peer].title);
  const worst = Math.max(
    0,
    ...models.flatMap((name) =>
      Object.values(byModel[name][task].rows)
        .filter((row) => !row.failed)
        .map((row) => row.difference ?? 0),
    ),
  );
  return [
    `### ${TASK_TITLES[task]}`,
    `All agree with hograd in float64 to ${worst.toExponential(1)} of each tensor’s largest entry.`,
    table(['model', 'hograd, ms', ...titles], rows),
    ...(failures.length > 0 ? [`No result: ${unique(failures).join('; ')}.`] : []),
    'Most memory resident, MiB; in brackets that of the runtime before it loads anything:',
    table(['model', 'hograd', ...titles], memory),
  ];
};

/** hograd beside its peers, on the CPU and on CUDA. */
export const compareTables = ({ cpu, cuda }, charts) => {
  const present = (byModel) => TASKS.filter((task) => Object.values(byModel).some((tasks) => tasks[task]));
  const sections = [
    '## Beside its peers',
    'How many times as long as hograd each peer takes for the same numbers: the same model, weights, batch, directions and thread count; each in a process of its own, medians of the ratios of turns taken one after the other. hograd’s results are written into the tensors of the turn before ([in place](decisions/results-in-place.md)); the peers’ allocators reuse that memory by themselves. In brackets what the project aims at; **bold** where that is missed.',
  ];
  if (cpu) {
    sections.push(circumstancesOf(piecesOf(cpu)));
    if (charts.peers) sections.push(`![How many times as long as hograd the peers take](images/${charts.peers})`);
    sections.push(...present(cpu).flatMap((task) => compareTable(cpu, task)));
  }
  sections.push('### On a GPU');
  if (cuda) {
    sections.push(circumstancesOf(piecesOf(cuda)));
    sections.push(...present(cuda).flatMap((task) => compareTable(cuda, task)));
  } else sections.push('Not run: no CUDA-capable GPU was at hand. `npm run bench -- --device cuda` fills this in.');
  return sections;
};

/** Products executed beside the floor, building time, and where the time goes. */
export const productTables = ({ products, cpu }) => {
  if (!products) return [];
  const entries = Object.entries(products).flatMap(([name, { where, tasks }]) =>
    TASKS.map((task) => ({ name, task, batch: where.batch, ...tasks[task] })),
  );
  const counts = entries.map(({ name, task, batch, floor, multiplyAdds, kernels }) => {
    const first = cpu?.[name]?.[task]?.rows.hograd;
    return [
      modelTitle(name, batch),
      TASK_TITLES[task],
      number(floor / 1e9),
      boldWhereMissed((multiplyAdds / floor).toFixed(3), isMet(multiplyAdds / floor, EXECUTED_TARGET, true)),
      kernels,
      number(first?.build),
      number(first?.create),
    ];
  });
  const costs = entries
    .filter(({ task }) => task === 'order3')
    .map(({ name, batch, ...profile }) => [modelTitle(name, batch), operatorShares(profile)]);
  return [
    '## Products, counted',
    'Multiply-adds in the matrix products and convolutions that ONNX Runtime executes, from the shapes in its own profile, over the floor of the method: one forward pass, one adjoint over activations, one tangent (and for D3 a second, of the adjoint) for each group that has reached a value, one vector-Jacobian product for each group of a weight. What is above the floor is inner products, at order 2 of all tangents with all, and products of two stacks (attention).',
    table(
      [
        'model',
        'task',
        'floor, 10⁹',
        `executed ÷ floor (≤ ${EXECUTED_TARGET})`,
        'kernels',
        'building, s',
        'session, s',
      ],
      counts,
    ),
    'Where the time of ḡ+H̄+D3 goes, by operator (each kernel’s least of 5 runs):',
    table(['model', 'operators'], costs),
  ];
};

const growthTable = (variable, { points, exponents }) => [
  table(
    [variable, ...TASKS.map((t) => `${TASK_TITLES[t]}, ms`), 'ḡ+H̄+D3 in gradients', 'building, s', 'session, s'],
    points.map((p) => [
      p[variable],
      ...TASKS.map((t) => milliseconds(p[t].seconds)),
      times(p.order3.timesGradient),
      number(p.order3.build),
      number(p.order3.create),
    ]),
  ),
  `Fitted exponents of ${variable}: ${TASKS.map((t) => `${TASK_TITLES[t]} ${exponents[t].toFixed(2)}`).join(', ')}.`,
];

/** Time against S and P. */
export const growthTables = ({ growth }, charts) => {
  if (!growth) return [];
  return [
    '## Growth',
    'Perceptrons with tanh, batch 100: 5 to 100 hidden layers of 256 (S grows), and 10 hidden layers of 64 to 1024 (P grows).',
    circumstancesLine([growth.where]),
    `![Milliseconds against S](images/${charts.growthS})`,
    ...growthTable('S', growth.S),
    `![Milliseconds against P](images/${charts.growthP})`,
    ...growthTable('P', growth.P),
  ];
};

/** A summary under a memory limit. */
export const memoryTable = ({ memory }) => {
  if (!memory) return [];
  const rows = memory.runs.map((run) =>
    run.skipped
      ? ['none', `not run: ${run.skipped}`, '–', '–', '–']
      : [
          run.limit === undefined ? 'none' : `${mebibytes(run.limit)} MiB`,
          run.plan?.replace(/^memory: /, '') ?? 'all at once',
          run.limit !== undefined && run.peakBytes > run.limit
            ? `**${mebibytes(run.peakBytes)}**`
            : mebibytes(run.peakBytes),
          number(run.seconds),
          run.difference.toExponential(1),
        ],
  );
  return [
    '## Under a memory limit',
    `\`hograd summarize\` of VGG-11′ at batch ${memory.where.batch}, order 3: what is resident at most, Node and the weights included; **bold** where that is above the limit. The last column compares with the last run.`,
    circumstancesLine([memory.where]),
    table(['limit', 'plan', 'peak, MiB', 'seconds', 'largest difference'], rows),
  ];
};
