// Case folders through a runtime's command, in a process of its own: one that crashes or stands still costs one case, not the run.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Longer than this without a line, and the case at hand is given up. */
const PATIENCE = 120_000;

/** One process over the folders. Gives the version it named, its answers in order, and how it ended. */
const once = ([command, ...args], folders) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args, ...folders], { stdio: ['ignore', 'pipe', 'pipe'] });
    const answers = new Map();
    let version;
    let errors = '';
    let late = false;
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, PATIENCE);
    };
    wait();
    child.on('error', reject);
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      wait();
      const answer = JSON.parse(line);
      if (answer.case === undefined) version = answer.version;
      else answers.set(answer.case, answer);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = errors.trim().split('\n').at(-1);
      const ended = late ? `no answer within ${PATIENCE / 1000} s` : `the process ended (${signal ?? code}) ${last}`;
      resolve({ version, answers, ended, code });
    });
  });

/** { version, answers: folder → { sets } or { error } }. Throws where the command answers for no case at all. */
export const execute = async (command, folders) => {
  const answers = new Map();
  let version;
  let left = folders;
  while (left.length > 0) {
    const run = await once(command, left);
    if (run.version === undefined) throw new Error(run.ended);
    version = run.version;
    for (const [folder, answer] of run.answers) answers.set(folder, answer);
    const [next, ...rest] = left.filter((folder) => !answers.has(folder));
    if (next === undefined) break;
    answers.set(next, { case: next, error: run.ended });
    left = rest;
  }
  return { version, answers };
};
