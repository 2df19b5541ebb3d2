// npm run packages: what a user would get. Packs every package, installs the tarballs in a folder of their own, compiles a strict
// consumer of them, and runs the examples of each README. Needs `npm run build` and the npm registry. Exit status 1 where something is wrong.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, install, publint, run } from './consumer.mjs';
import {
  blocksOf,
  brokenPromise,
  importsOf,
  installedBy,
  isFragment,
  isInstallation,
  promisesOf,
} from './examples.mjs';
import { pack, problemsOf } from './tarball.mjs';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hograd-packages-'));
const failures = [];
const report = (what, problems) => {
  failures.push(...problems);
  process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${what}\n`);
  for (const problem of problems) process.stdout.write(`     ${problem.trimEnd().replaceAll('\n', '\n     ')}\n`);
};

/** The examples of a README, named PACKAGE-1, PACKAGE-2, … */
const examplesOf = (short) => {
  const readme = readFileSync(join(packages, short, 'README.md'), 'utf8');
  const known = [...installedBy(readme), `@hograd/${short}`];
  return blocksOf(readme).map((block, i) => ({
    ...block,
    name: `${short}-${i + 1}`,
    unnamed: importsOf(block.code).filter((name) => !known.includes(name)),
  }));
};

const runExample = ({ name, language, code }) => {
  if (language === 'sh') return run(folder, 'sh', ['-ec', code]);
  if (language === 'ts') return run(folder, process.execPath, [`compiled/${name}.js`]);
  writeFileSync(join(folder, `${name}.js`), code);
  return run(folder, process.execPath, [`${name}.js`]);
};

const problemsOfExample = (example) => {
  const { status, printed, complaint } = runExample(example);
  const broken = brokenPromise(promisesOf(example.code), printed);
  return [
    ...example.unnamed.map((name) => `imports ${name}, which the README does not say to install`),
    ...(status === 0 ? [] : [`ended with ${status}: ${complaint}`]),
    ...(broken === undefined ? [] : [`promises "${broken}" and prints: ${printed}`]),
  ];
};

try {
  const names = readdirSync(packages).toSorted();
  const tarballs = names.map((short) => pack(join(packages, short), folder));
  names.forEach((short, i) => {
    report(`@hograd/${short}: ${tarballs[i].paths.length} files`, problemsOf(join(packages, short), tarballs[i]));
  });
  install(
    folder,
    tarballs.map((t) => t.file),
  );
  report(
    'publint',
    tarballs.flatMap((t) => publint(folder, t.file)),
  );

  const examples = names.flatMap(examplesOf);
  const hograd = names.map((short) => `@hograd/${short}`);
  const typed = examples.filter((e) => e.language === 'ts');
  report('a strict consumer compiles', compile(folder, hograd, typed));
  for (const example of examples.filter((e) => !isFragment(e) && !isInstallation(e)))
    report(`${example.name} (${example.language})`, problemsOfExample(example));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
