// Models at the size that people have them: what a summary takes, and whether its sums are PyTorch's; the page docs/large-models.md.
import { cpus } from 'node:os';
import { readNpz } from '../../packages/data/dist/index.js';
import { runHograd } from '../hograd.mjs';
import { cellText, table } from '../markdown.mjs';
import { right } from '../right.mjs';
import { attempt, checkGradient, distance, head, TOLERANCE } from './check.mjs';

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** ḡ and the sums of H̄'s rows against one Hessian-vector product in float64; seconds of the command and bytes resident at most. */
const checkSums = async (path, model, order) => {
  const { home } = model;
  const data = [
    '--inputs',
    `${home}/inputs.npz`,
    '--direction',
    `${home}/direction.npz`,
    '--partition',
    `${home}/partition.json`,
  ];
  const { document, peak, seconds } = await runHograd([
    'summarize',
    path,
    ...data,
    ...head(model),
    '--params',
    model.parameters.join(','),
    '--order',
    String(order),
  ]);
  const wanted = right(await readNpz(`${home}/summary.npz`)());
  const far = Math.max(distance(document.gbar, wanted.gbar.data), distance(document.Hbar.map(sum), wanted.rows.data));
  return { far, seconds, peak, ok: far <= TOLERANCE.float32 };
};

/** The gradient, which may be off by as much as PyTorch's own in float32: in a deep network of ReLUs some flip with the last digit. */
const checkRounded = async (path, model) => {
  const checked = await checkGradient(path, model, model.parameters.join(','));
  return { ...checked, ok: checked.worst.far <= Math.max(TOLERANCE.gradient, 2 * model.rounding) };
};

/** { gradient, order2, order3 }: each a measurement or { error }. */
export const checkLarge = async (path, model) => ({
  gradient: await attempt(() => checkRounded(path, model)),
  order2: await attempt(() => checkSums(path, model, 2)),
  order3: await attempt(() => checkSums(path, model, 3)),
});

const gibibytes = (bytes) => (bytes / 2 ** 30).toFixed(1);

const line = ({ model, error, gradient, order2, order3 }) => {
  const shown = (check, text) => (check.error === undefined ? text(check) : `error: ${cellText(check.error)}`);
  const cells = error
    ? [`not exported: ${error}`]
    : [
        `${(model.scalars / 1e6).toFixed(1)} M`,
        model.batch.join(' × '),
        model.blocks,
        shown(gradient, (g) => g.build.toFixed(2)),
        shown(gradient, (g) => g.worst.far.toExponential(1)),
        model.rounding.toExponential(1),
        ...[order2, order3].flatMap((order) => [
          shown(order, (o) => o.seconds.toFixed(0)),
          shown(order, (o) => gibibytes(o.peak)),
          shown(order, (o) => o.far.toExponential(1)),
        ]),
      ];
  return [model.name, ...cells];
};

/** Markdown from the results of checkLarge and the versions that ran. */
export const largePage = (results, versions) => {
  const titles = [
    'model',
    'parameters',
    'input',
    'groups',
    'building the gradient, s',
    'gradient',
    'of PyTorch',
    ...[2, 3].flatMap((order) => [`order ${order}, s`, 'peak, GiB', 'difference']),
  ];
  return `# Summaries of large models

Written by \`npm run models -- --large\`; do not edit.

ResNet-50 (torchvision ${versions.torchvision}) and a decoder of GPT-2's size (the smallest: 12 blocks of width 768, 50,257 tokens) with random weights, exported from PyTorch ${versions.torch}
(\`dynamo=False\`). \`hograd summarize\` in float32 along a random direction, a group for each block, on two threads of an ${cpus()[0]?.model.trim() ?? 'unknown processor'}: seconds of the whole
command, most memory resident, and the largest difference of ḡ and of the sums of H̄'s rows (u_s·(Hu)_s in PyTorch, one Hessian-vector
product in float64) over the largest entry. *gradient* is of the file that \`hograd differentiate\` writes, run in ONNX Runtime, against PyTorch's in float64: the worst
tensor; *of PyTorch*: PyTorch's own gradient in float32 against its float64. D3 is not checked at this size (for ResNet-50 PyTorch was not done after seven minutes, with 14 GB); at [small sizes](models.md) it is.

${table(titles, results.map(line))}
`;
};
