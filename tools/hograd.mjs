// The hograd command as a process, its memory watched. Linux only.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { statusBytes } from './bench/peers/resident.mjs';

const HOGRAD = fileURLToPath(new URL('../packages/cli/bin/hograd.js', import.meta.url));

const POLL_MS = 10;

/** The document that `hograd ARGS --json` prints, its most bytes resident, and seconds. Rejects, with what it complained of, where it fails. */
export const runHograd = (args) =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [HOGRAD, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors, peak] = ['', '', 0];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const watch = setInterval(() => {
      peak = Math.max(peak, statusBytes(child.pid, 'VmHWM') ?? 0);
    }, POLL_MS);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ document: JSON.parse(output), peak, seconds });
      else reject(new Error(errors.trim() || `hograd ended with ${signal ?? `exit status ${code}`}`));
    });
  });
