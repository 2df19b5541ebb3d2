// The page docs/models.md.
import { cpus } from 'node:os';
import { cellText } from '../markdown.mjs';
import { TOLERANCE } from './check.mjs';

const shown = (check, text) =>
  check.error !== undefined ? 'error' : `${check.ok ? '' : '**'}${text(check)}${check.ok ? '' : '**'}`;

const row = ({ model, exporter, error, nodes, gradient, float32, float64 }) => {
  if (error) return `| ${model.name} | ${exporter} | not exported | | | | | | | | |`;
  const far = (c) => c.far.toExponential(1);
  const cells = [
    `${model.scalars}`,
    nodes,
    shown(gradient, (g) => g.nodes),
    shown(gradient, (g) => g.build.toFixed(2)),
    shown(gradient, (g) => g.seconds.toFixed(1)),
    shown(gradient, (g) => g.worst.far.toExponential(1)),
    `${model.blocks}`,
    shown(float32, far),
    shown(float64, far),
  ];
  return `| ${model.name} | ${exporter} | ${cells.join(' | ')} |`;
};

const errorsOf = ({ model, exporter, error, ...checks }) => {
  const title = `${model.name} (${exporter})`;
  if (error) return [`- ${title}: the exporter failed: ${cellText(error)}`];
  return ['gradient', 'float32', 'float64']
    .filter((name) => checks[name].error)
    .map((name) => `- ${title}, ${name === 'gradient' ? name : `summary in ${name}`}: ${cellText(checks[name].error)}`);
};

/** Markdown from the results of checkModel and the versions that ran. */
export const page = (results, versions) => {
  const errors = results.flatMap(errorsOf);
  return `# Models exported from PyTorch and scikit-learn

Written by \`npm run models\`; do not edit.

Models with random weights in PyTorch ${versions.torch} and torchvision ${versions.torchvision}, exported in inference mode by both of PyTorch's exporters
(\`torch.onnx.export\` with \`dynamo=True, optimize=False\`, and with \`dynamo=False\`; by default both fold parameters into new ones,
which are no longer the model's) with the batch as a symbol, and scikit-learn ${versions.sklearn}'s MLPClassifier by skl2onnx. Images are 32×32, batches hold 2. The expected numbers are PyTorch's autograd
in float64, with layer normalisation, hardsigmoid and grid_sample written out in simpler operations: PyTorch's own kernels are not differentiable three
times, or not rightly so (D3 of the transformers was checked against differences of first derivatives).

- *gradient*: \`hograd differentiate --order 1 --softmax-cross-entropy\`, run in ONNX Runtime in float32: the largest difference of a
  parameter's gradient over that tensor's largest entry, the worst tensor (at most ${TOLERANCE.gradient.toExponential(0)} is asked for). *build*: seconds from the file's
  bytes to the bytes of the gradient's; *command*: the whole command, starting Node and reading and writing files included
  (${cpus()[0]?.model.trim() ?? 'unknown processor'}, with other work on the machine: read them as upper bounds).
- *summary*: \`hograd summarize\` along a random direction with a group for each block of the model: the largest difference of ḡ, H̄ or D3
  over that array's largest entry (at most ${TOLERANCE.float32.toExponential(0)} in float32 and ${TOLERANCE.float64.toExponential(0)} in float64), against derivatives of
  derivatives in PyTorch.

| model | exporter | parameters | nodes, forward | nodes, gradient | build, s | command, s | gradient | groups | summary, float32 | summary, float64 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${results.map(row).join('\n')}

## What did not work

${errors.length > 0 ? errors.join('\n') : 'Nothing.'}
`;
};
