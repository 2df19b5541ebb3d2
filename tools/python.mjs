// A Python of the project's own: a virtual environment in .venv/NAME with exactly what a requirements file pins.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const onWindows = process.platform === 'win32';

/**
 * Path of the interpreter in .venv/NAME, made and filled first where it is missing or its requirements have changed. Throws,
 * with pip's own words on standard error, where Python 3 or a package cannot be had.
 */
export const pythonWith = (name, requirementsUrl) => {
  const requirements = fileURLToPath(requirementsUrl);
  const folder = `${root}.venv/${name}`;
  const python = onWindows ? `${folder}/Scripts/python.exe` : `${folder}/bin/python`;
  const stamp = `${folder}/requirements.txt`;
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`making ${folder} ...\n`);
  execFileSync(onWindows ? 'python' : 'python3', ['-m', 'venv', folder], { stdio: ['ignore', 2, 2] });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(stamp, wanted);
  return python;
};

/** What a Python script prints on standard output, as JSON. */
export const jsonFrom = (python, script, args = [], options = {}) =>
  JSON.parse(
    execFileSync(python, [fileURLToPath(script), ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'inherit'],
      ...options,
    }),
  );
