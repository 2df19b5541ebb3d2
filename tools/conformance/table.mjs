// The page docs/operators.md from the verdicts of all node tests.
const count = (results, verdict) => results.filter((r) => r.verdict === verdict).length;

const cell = (number) => (number === 0 ? '' : String(number));

const row = (operator, results) => {
  const fixed = results.filter((r) => r.verdict === 'passed' && r.fixed.length > 0).length;
  const columns = ['passed', 'wrong', 'refused', 'skipped'].map((verdict) => cell(count(results, verdict)));
  columns.splice(1, 0, cell(fixed));
  return `| ${operator} | ${columns.join(' | ')} |`;
};

/** Reasons without what differs from one test to the next, so that equal ones meet. */
const general = (reason) =>
  reason
    .replace(/node "[^"]*" /g, 'node ')
    .replace(/\(node:[^)]*\)|Node \([^)]*\)|node with name '[^']*'/g, 'node')
    .replaceAll('|', '\\|')
    .replace(/\s+/g, ' ')
    .trim();

const reasons = (results, verdict) => {
  const groups = new Map();
  for (const { name, operator, reason } of results.filter((r) => r.verdict === verdict)) {
    const key = `${operator}: ${general(reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const lines = [...groups].map(([reason, names]) => `- ${reason} — ${names.map((n) => `\`${n}\``).join(', ')}`);
  return lines.length > 0 ? lines.join('\n') : 'None.';
};

const HEAD =
  '| operator | passed | of them with shapes fixed | wrong | refused | skipped |\n| --- | --- | --- | --- | --- | --- |';

/**
 * Markdown. `results`: one { name, operator, verdict, reason, fixed } for each test; `versions`: what ran; `fused`: names of the operators
 * of ONNX Runtime's own domain that are imported.
 */
export const page = (groups, results, versions, fused) => {
  const of = (operator) => results.filter((r) => r.operator === operator);
  const sections = Object.entries(groups).map(
    ([title, operators]) => `## ${title}\n\n${HEAD}\n${operators.map((o) => row(o, of(o))).join('\n')}`,
  );
  const total = ['passed', 'wrong', 'refused', 'skipped'].map((v) => `${count(results, v)} ${v}`).join(', ');
  return `# Operators

Written by \`npm run conformance\`; do not edit.

Every node test of the \`onnx\` package ${versions.onnx} (operator set ${versions.opset}) for the operators below: the model is imported
by hograd, written again, run in onnxruntime-node ${versions.runtime} and compared with the results that come with the test, at
the test's own tolerance. Tests named \`…_expanded\` replace the operator by its definition in other operators; they count under
the operator that they define.

**${total}.**

- *passed*: the outputs' element types, shapes and values are as expected. Float16 and bfloat16 are imported as float32; their
  values are compared within ${versions.halfTolerance}. Results of DFT and STFT are sums of all elements, and compared to within 2⁻²³ of the largest
  at least, where the expected ones hold what rounding left of a 0.
- *of them with shapes fixed*: the test gives a shape, axes or bounds as an input; hograd must know it when it reads the file, as it
  does in exported models, so the test's value was stored in the model.
- *wrong*: imported, but the result is not the expected one.
- *refused*: a typed error says what is not supported.
- *skipped*: nothing to compare, for the reason given below. (Attention's tests with a cap or a mask among the scores: onnx 1.22 corrected
  their order and these tests, onnx/onnx#7867; ONNX Runtime and hograd follow the correction.)

${sections.join('\n\n')}

## ONNX Runtime's own operators

Of the domain com.microsoft, which ONNX Runtime's optimizers write: ${fused.toSorted().join(', ')}. The onnx package has no tests for them;
\`fusedOperators\`, \`fusedAttention\`, \`groupQueryAttention\` and \`quantizedProduct\` in packages/graph-builder/test hold them to ONNX Runtime's own
kernels, or to references where its CPU has none.

## Wrong

${reasons(results, 'wrong')}

## Refused

${reasons(results, 'refused')}

## Skipped

${reasons(results, 'skipped')}
`;
};
