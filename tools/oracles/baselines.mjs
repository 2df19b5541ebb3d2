// npm run oracles:baselines: 50 steps of each optimiser by independent implementations, written to test-fixtures/baselines.
// Needs Python 3 (makes .venv/oracles, some gigabytes with PyTorch). The tests read the fixtures and need Node alone.
import { mkdirSync, writeFileSync } from 'node:fs';
import { jsonFrom, pythonWith } from '../python.mjs';

const here = (path) => new URL(path, import.meta.url);
const folder = here('../../test-fixtures/baselines/');

const python = pythonWith('oracles', here('./requirements.txt'));
const files = jsonFrom(python, here('./baselines.py'), [], {
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
});
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(content)}\n`);
}
process.stdout.write(`wrote ${Object.keys(files).length} files to test-fixtures/baselines\n`);
