// npm run stale, before every build: removes what tsc left in the packages' dist for sources that are gone since. `tsc -b` never cleans,
// turbo restores a cached build over what lies there, and npm packs it all.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUTPUT = /(?:\.d\.ts|\.js)(?:\.map)?$/;

/** Files of `outputs` that come from none of `sources`, both relative to their folders. */
export const staleOf = (sources, outputs) => {
  const known = new Set(sources.map((path) => path.replace(/\.tsx?$/, '')));
  return outputs.filter((path) => OUTPUT.test(path) && !known.has(path.replace(OUTPUT, '')));
};

const filesIn = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []);

/** Removes them from the package in `folder`. */
export const removeStale = (folder) => {
  for (const path of staleOf(filesIn(join(folder, 'src')), filesIn(join(folder, 'dist'))))
    rmSync(join(folder, 'dist', path));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = fileURLToPath(new URL('../../packages', import.meta.url));
  for (const name of readdirSync(packages)) removeStale(join(packages, name));
}
