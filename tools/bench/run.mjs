// npm run bench [-- OPTIONS], see HELP: measures hograd beside its peers; writes docs/benchmarks.json, and docs/benchmarks.md from it.
// Needs Python 3, and several GB for PyTorch and JAX (in .venv/bench). Exit status 1 where a peer disagrees with hograd.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writePage } from './page/page.mjs';
import { installPeers, PEERS } from './peers/entries.mjs';
import { TASKS } from './problem/graphs.mjs';
import { benchModel, MODEL_NAMES } from './problem/models.mjs';
import { compare, prepareProblem } from './sections/compare.mjs';
import { measureGrowth } from './sections/growth.mjs';
import { measureMemory } from './sections/memory.mjs';
import { countProducts } from './sections/products.mjs';

const SECTIONS = ['products', 'compare', 'growth', 'memory'];

const HELP = `npm run bench [-- OPTIONS]
  --quick            small models, few rounds: does everything work? Writes to runs/bench, not to docs
  --sections LIST    of ${SECTIONS.join(', ')} (default: all)
  --models LIST      of ${MODEL_NAMES.join(', ')} (default: all)
  --tasks LIST       of ${TASKS.join(', ')} (default: all)
  --peers LIST       of ${Object.keys(PEERS).join(', ')} (default: all)
  --threads N        for everyone (default: all cores)
  --clock CLOCK      wall (default), or processor: processor seconds, for one thread on a machine that is not quiet
  --device DEVICE    cpu (default) or cuda; cuda measures only the section compare
  --rounds N         at most (default 15)
  --budget SECONDS   a peer leaves the turns after so long (default 60)
  --limit SECONDS    a peer that takes longer for one run is given up (default 300)
  --memory GIB       a peer that grows beyond is given up (default: half of the machine's)
  --page             only writes docs/benchmarks.md anew from docs/benchmarks.json
A piece that is measured again replaces itself in the results; the others stay.
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sections: { type: 'string' },
    models: { type: 'string' },
    tasks: { type: 'string' },
    peers: { type: 'string' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    clock: { type: 'string', default: 'wall' },
    device: { type: 'string', default: 'cpu' },
    rounds: { type: 'string', default: '15' },
    budget: { type: 'string', default: '60' },
    limit: { type: 'string', default: '300' },
    memory: { type: 'string', default: `${totalmem() / 2 ** 31}` },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const log = (text) => process.stderr.write(`${text}\n`);

const refuse = (message) => {
  log(message);
  process.exit(2);
};

/** The entries of a comma-separated option; refuses any that is not known. */
const listed = (option, known) => {
  const asked = values[option]?.split(',') ?? known;
  const unknown = asked.find((name) => !known.includes(name));
  return unknown === undefined ? asked : refuse(`--${option}: there is no "${unknown}"; there are ${known.join(', ')}`);
};

const positive = (option) => {
  const value = Number(values[option]);
  return value > 0 ? value : refuse(`--${option} is "${values[option]}"; it must be a positive number`);
};

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const [sections, models, tasks] = [listed('sections', SECTIONS), listed('models', MODEL_NAMES), listed('tasks', TASKS)];
const peers = listed('peers', Object.keys(PEERS));
listed('clock', ['wall', 'processor']);
listed('device', ['cpu', 'cuda']);
const { quick, clock, device } = values;

const root = fileURLToPath(new URL('../../runs/bench', import.meta.url));
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const output = quick ? `${root}/docs` : docs;
mkdirSync(`${output}/images`, { recursive: true });
const resultsPath = `${output}/benchmarks.json`;
const results = existsSync(resultsPath) ? JSON.parse(readFileSync(resultsPath, 'utf8')) : {};

/** Puts a piece into the results and writes them: a run that is cut short loses only the piece it was at. */
const keep = (path, piece) => {
  const parent = path.slice(0, -1).reduce((at, key) => {
    at[key] ??= {};
    return at[key];
  }, results);
  parent[path.at(-1)] = piece;
  writeFileSync(resultsPath, `${JSON.stringify(results, null, 1)}\n`);
};

const options = {
  quick,
  clock,
  device,
  threads: positive('threads'),
  wanted: (peer) => peers.includes(peer),
  limits: { seconds: positive('limit'), bytes: positive('memory') * 2 ** 30 },
  turns: quick
    ? { rounds: 2, fewest: 1, budget: 5 }
    : { rounds: positive('rounds'), fewest: 3, budget: positive('budget') },
};

const measureModels = async () => {
  const { python } = sections.includes('compare') ? installPeers(device) : {};
  for (const name of models) {
    const described = benchModel(name, quick);
    const folder = `${root}/${name}`;
    log(`${name}: writing the problem and the reference in float64 ...`);
    mkdirSync(folder, { recursive: true });
    prepareProblem(described, folder, options);
    if (sections.includes('products') && device === 'cpu')
      keep(['products', name], await countProducts(described, folder, options, log));
    if (!sections.includes('compare')) continue;
    for (const task of tasks) {
      log(`${name}, ${task}: hograd and its peers ...`);
      keep([device, name, task], await compare(described, task, { ...options, folder, python }, log));
    }
  }
};

if (!values.page) {
  if (sections.includes('products') || sections.includes('compare')) await measureModels();
  if (sections.includes('growth') && device === 'cpu') {
    log('growth with S and P ...');
    keep(['growth'], await measureGrowth(root, options, log));
  }
  if (sections.includes('memory') && device === 'cpu') {
    log('a summary under a memory limit ...');
    keep(['memory'], await measureMemory(`${root}/memory`, options, log));
  }
}
writePage(results, output, docs);

const rows = [results.cpu, results.cuda].flatMap((of) =>
  Object.values(of ?? {}).flatMap((byTask) => Object.values(byTask).flatMap((piece) => Object.values(piece.rows))),
);
process.exitCode = rows.some((row) => row.failed?.startsWith('differs')) ? 1 : 0;
