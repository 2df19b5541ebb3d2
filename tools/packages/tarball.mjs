// What npm would publish of a package: packs it and says what is missing in the tarball, or should not be there.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const SHIPPED = /^(dist|src|bin)\/|^(LICENSE|README\.md|package\.json)$/;
const STRAY = /\.tsbuildinfo$|(^|\/)test\/|\.test\./;

/** Packs `folder` into `destination`: { file, paths, executables }, paths relative to the package. */
export const pack = (folder, destination) => {
  const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [{ filename, files }] = Object.values(JSON.parse(printed));
  return {
    file: join(destination, filename),
    paths: files.map((f) => f.path),
    executables: files.filter((f) => f.mode & 0o100).map((f) => f.path),
  };
};

const targetsOf = (exported) =>
  typeof exported === 'string' ? [exported] : Object.values(exported).flatMap(targetsOf);

/** Sources that a map in the tarball points to, relative to the package. */
const sourcesOf = (folder, map) =>
  JSON.parse(readFileSync(join(folder, map), 'utf8')).sources.map((source) => normalize(join(dirname(map), source)));

/** What is wrong with the packed files of the package in `folder`, a sentence each. */
export const problemsOf = (folder, { paths, executables }) => {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const packed = new Set(paths);
  const missing = (path) => !packed.has(normalize(path));
  return [
    ...['LICENSE', 'README.md'].filter(missing).map((path) => `${path} is missing`),
    ...paths.filter((path) => !SHIPPED.test(path) || STRAY.test(path)).map((path) => `${path} is not for users`),
    ...targetsOf(exports)
      .filter(missing)
      .map((path) => `exports names ${path}, which is missing`),
    ...Object.values(bin)
      .filter((path) => !executables.includes(normalize(path)))
      .map((path) => `${path} is not executable`),
    ...paths
      .filter((path) => path.endsWith('.map') && sourcesOf(folder, path).some(missing))
      .map((path) => `${path} leads to a source that is gone; delete dist and build again`),
  ];
};
