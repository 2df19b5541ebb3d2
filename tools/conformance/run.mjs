// npm run conformance [-- OPERATOR ...]: the onnx package's node tests through hograd; writes docs/operators.md when run whole.
// Needs `npm run build` and Python 3 (makes .venv/conformance). Exit status 1 where a result is wrong, 2 where the tests cannot be had.
import { writeFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { importersByDomain } from '../../packages/graph-builder/dist/onnx/importers/domains.js';
import { jsonFrom, pythonWith } from '../python.mjs';
import { checkCase } from './check.mjs';
import { OPERATORS } from './operators.mjs';
import { page } from './table.mjs';

const here = (path) => new URL(path, import.meta.url);

const asked = process.argv.slice(2);
const withPython = () => {
  try {
    return pythonWith('conformance', here('./requirements.txt'));
  } catch (cause) {
    process.stderr.write(`not run: no Python with the onnx package: ${cause.message}\n`);
    process.exit(2);
  }
};

const python = withPython();
const { onnx, opset, cases } = jsonFrom(python, here('./cases.py'));

const whole = (name) => name.replace(/_expanded(_ver\d+|_function)?.*$/, '').replace(/_expanded/, '');
const typeOf = new Map(cases.filter((c) => c.types.length === 1).map((c) => [c.name, c.types[0]]));
const operatorOf = (test) => typeOf.get(whole(test.name)) ?? (test.types.length === 1 ? test.types[0] : undefined);

const wanted = new Set(asked.length > 0 ? asked : Object.values(OPERATORS).flat());
const tests = cases.map((test) => ({ ...test, operator: operatorOf(test) })).filter((t) => wanted.has(t.operator));
const unassigned = cases.filter((test) => operatorOf(test) === undefined);
for (const test of unassigned) process.stderr.write(`not counted, its operator is unknown: ${test.name}\n`);

const results = [];
for (const test of tests.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
  const result = { name: test.name, operator: test.operator, ...(await checkCase(test)) };
  results.push(result);
  if (result.verdict === 'wrong' || asked.length > 0)
    process.stderr.write(`${result.verdict}: ${result.name}${result.reason ? `: ${result.reason}` : ''}\n`);
}

const count = (verdict) => results.filter((r) => r.verdict === verdict).length;
if (asked.length === 0) {
  const versions = { onnx, opset, runtime: ort.env.versions.node, halfTolerance: '2⁻⁸' };
  const fused = Object.keys(importersByDomain.get('com.microsoft'));
  writeFileSync(here('../../docs/operators.md'), page(OPERATORS, results, versions, fused));
}
process.stdout.write(
  `${count('passed')} passed, ${count('wrong')} failed, ${count('skipped')} skipped\n(${count('refused')} refused with a typed error)\n`,
);
process.exitCode = count('wrong') > 0 ? 1 : 0;
