// docs/benchmarks.md: the measured part, between two comments, from the results; the rest of the page is written by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { writeCharts } from './charts.mjs';
import { missesTable } from './misses.mjs';
import { compareTables, growthTables, memoryTable, productTables, targetTable } from './tables.mjs';

const [START, END] = ['<!-- measured: npm run bench -->', '<!-- end of what npm run bench writes -->'];

const SEPARATE_RUNS =
  'Tables are of separate runs at different times (of one and the same gradient, too): compare ratios, and only within a table.';

/** Writes benchmarks.md and its charts into `folder`, with the hand-written parts of the page in `docs`. */
export const writePage = (results, folder, docs) => {
  const page = readFileSync(`${docs}/benchmarks.md`, 'utf8');
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${docs}/benchmarks.md has lost its comments "${START}" and "${END}"`);
  const charts = writeCharts(results, `${folder}/images`);
  const measured = [
    SEPARATE_RUNS,
    ...targetTable(results),
    ...compareTables(results, charts),
    ...productTables(results),
    ...missesTable(results),
    ...growthTables(results, charts),
    ...memoryTable(results),
  ];
  writeFileSync(`${folder}/benchmarks.md`, `${before}${START}\n\n${measured.join('\n\n')}\n\n${END}${after}`);
};
