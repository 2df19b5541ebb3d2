// npm run models [-- NAME ... | --large]: models exported from PyTorch through the command line, against PyTorch's autograd; writes
// docs/models.md when run whole, docs/large-models.md for the large ones (ten minutes, 8 GiB). Needs `npm run build` and Python 3 (makes .venv/models, several GB: PyTorch).
// Exit status 1 where a number is off.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonFrom, pythonWith } from '../python.mjs';
import { checkModel } from './check.mjs';
import { checkLarge, largePage } from './large.mjs';
import { page } from './table.mjs';

const here = (path) => new URL(path, import.meta.url);
const asked = process.argv.slice(2);
const large = asked.length === 1 && asked[0] === '--large';
const folder = fileURLToPath(here('../../runs/models'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const python = pythonWith('models', here('./requirements.txt'));
process.stderr.write('exporting, and differentiating in PyTorch ...\n');
const { models, ...versions } = jsonFrom(python, here('./export.py'), [folder, ...asked]);

const results = [];
for (const model of models) {
  for (const [exporter, { model: path, error }] of Object.entries(model.exports)) {
    const result = { model, exporter, ...(error ? { error } : await (large ? checkLarge : checkModel)(path, model)) };
    results.push(result);
    const { model: _, ...numbers } = result;
    process.stderr.write(`${model.name} ${exporter}: ${JSON.stringify(numbers).slice(0, 2000)}\n`);
  }
}
if (asked.length === 0) writeFileSync(here('../../docs/models.md'), page(results, versions));
if (large) writeFileSync(here('../../docs/large-models.md'), largePage(results, versions));

const checks = results.flatMap(({ model: _model, exporter: _exporter, error, ...checked }) =>
  error ? [] : Object.values(checked).filter((c) => typeof c === 'object'),
);
const count = (test) => checks.filter(test).length;
const [passed, failed] = [count((c) => c.ok), count((c) => c.ok === false)];
const errors = count((c) => c.error !== undefined);
process.stdout.write(
  `${passed} passed, ${failed + errors} failed, ${results.filter((r) => r.error).length} skipped\n(${errors} of the failed ended in an error)\n`,
);
process.exitCode = failed + errors > 0 ? 1 : 0;
