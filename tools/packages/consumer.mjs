// Someone else's project: a folder with the packed packages installed, where code is compiled strictly and examples run.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

const STRICT = {
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  types: [],
};

/** Both ways in which a user's compiler may look packages up. */
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

/** Makes the project in `folder` and installs `files` (tarballs) and publint, without install scripts as session's README says. */
export const install = (folder, files) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, ...files, 'publint@0.3.25'], { cwd: folder, stdio: ['ignore', 2, 2] });
};

/** What publint says of a tarball; empty where it has nothing to say. */
export const publint = (folder, file) => {
  const { status, stdout, stderr } = spawnSync('npx', ['publint', file, '--strict'], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? [] : [`publint: ${stdout}${stderr}`];
};

/** Every entry point that a package's `exports` names, as it is imported. */
const entryPoints = (folder, name) => {
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1));
};

/** Names of the functions, not classes, that an entry point exports. */
const functionsOf = (folder, entry) => {
  const listing = `import * as all from '${entry}';
    const isFunction = (f) => typeof f === 'function' && !String(f).startsWith('class');
    console.log(JSON.stringify(Object.keys(all).filter((name) => isFunction(all[name]))));`;
  const options = { cwd: folder, encoding: 'utf8' };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', listing], options));
};

/** A module whose declarations have to name what each function of an entry point gives: they cannot where it is of a type that nobody exports. */
const given = (folder, entry) =>
  [
    `import * as all from '${entry}';`,
    ...functionsOf(folder, entry).map(
      (name) => `export const of_${name} = (...args: Parameters<typeof all.${name}>) => all.${name}(...args);`,
    ),
  ].join('\n');

/**
 * Compiles every entry point of the packages `names`, uses of all their functions, and the TypeScript `examples` ({ name, code }) in both resolutions, and leaves
 * the examples' JavaScript in compiled/. Gives the compiler's complaints.
 */
export const compile = (folder, names, examples) => {
  mkdirSync(join(folder, 'src'));
  const everything = names.flatMap((name) => entryPoints(folder, name));
  writeFileSync(
    join(folder, 'src/everything.ts'),
    everything.map((entry, i) => `export * as entry${i} from '${entry}';\n`).join(''),
  );
  everything.forEach((entry, i) => {
    writeFileSync(join(folder, `src/given${i}.ts`), given(folder, entry));
  });
  for (const { name, code } of examples) writeFileSync(join(folder, `src/${name}.ts`), code);
  return Object.entries(RESOLUTIONS).flatMap(([resolution, options]) => {
    const project = `tsconfig.${resolution}.json`;
    const compilerOptions = { ...STRICT, ...options, rootDir: 'src', outDir: 'compiled', declaration: true };
    writeFileSync(join(folder, project), JSON.stringify({ compilerOptions, include: ['src'] }));
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: folder, encoding: 'utf8' });
    return status === 0 ? [] : [`${resolution}: ${stdout}`];
  });
};

/** Runs a program in the project: { status, printed }, where `printed` is what came on standard output. */
export const run = (folder, program, args) => {
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 120_000,
  });
  return { status: status ?? signal, printed: stdout, complaint: stderr };
};
