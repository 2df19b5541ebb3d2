// The page docs/runtimes.md.
import { cellText } from '../markdown.mjs';
import { TOLERANCE } from './judge.mjs';

const count = (judgements, verdict) => judgements.filter((j) => j.verdict === verdict).length;

const cell = (judgements) => {
  const [agrees, total] = [count(judgements, 'agrees'), judgements.length];
  return agrees === total ? `${agrees}` : `**${agrees} of ${total}**`;
};

const row = ({ name, version, judgements, notRun, checksOnly }, kinds) => {
  if (notRun) return `| ${name} | – | ${kinds.map(() => 'not run').join(' | ')} | |`;
  const worst = Math.max(0, ...judgements.map((j) => j.far ?? 0));
  const cells = kinds.map((kind) => cell(judgements.filter((j) => j.kind === kind)));
  const compared = !checksOnly && judgements.some((j) => j.far !== undefined);
  return `| ${name} | ${version} | ${cells.join(' | ')} | ${compared ? worst.toExponential(1) : ''} |`;
};

/** What a message means that does not say it itself. */
const MEANINGS = [
  [/at most 64 array objects/, 'its GatherElements picks with numpy.choose, which takes no axis longer than 64'],
];

const explained = (reason) => {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(reason))?.[1];
  return meaning ? `${cellText(reason)} (${meaning})` : cellText(reason);
};

const details = ({ name, judgements = [], notRun }) => {
  if (notRun) return [`- ${name}: not run: ${cellText(notRun)}`];
  const groups = new Map();
  for (const { model, kind, verdict, reason } of judgements.filter((j) => j.verdict !== 'agrees')) {
    const key = `${name} ${verdict}: ${explained(reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), `${model} ${kind}`]);
  }
  return [...groups].map(([reason, graphs]) => `- ${reason}: ${graphs.join(', ')}`);
};

/** Markdown. `results`: one { name, version, judgements } or { name, notRun } for each runtime. */
export const page = ({ models, kinds, batches, results, reference }) => {
  const lines = results.flatMap((result) => details(result));
  return `# Other runtimes

Written by \`npm run runtimes\`; do not edit.

The graphs that hograd writes of ${models.length} models (${models.join(', ')}): the loss, its gradient, a Hessian-vector product and the
curvature summary (ḡ, H̄, D3) with a group for each parameter, in float32, standard operators of operator set 17, the batch a symbol.
Each file is run as it is at batch sizes ${batches.join(' and ')} and compared with ${reference}: largest difference of an output over that
output's largest entry at most ${TOLERANCE.toExponential(0)}. onnx.checker runs the full check with strict shape inference, and asks
besides that every operator is of the standard domain, that the batch is a symbol, and that the inferred shapes of the outputs are the
declared ones.

| runtime | version | ${kinds.join(' | ')} | largest difference |
| --- | --- | ${kinds.map(() => '---').join(' | ')} | --- |
${results.map((r) => row(r, kinds)).join('\n')}

A number alone: all ${models.length} graphs of that kind agree.

## Where a runtime refuses or differs

${lines.length > 0 ? lines.join('\n') : 'Nowhere.'}
`;
};
