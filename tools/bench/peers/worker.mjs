// A worker: a child process that prepares one peer for one task and is then asked, line by line, for runs and answers.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { statusBytes } from './resident.mjs';

const POLL_MS = 250;

/** The last line of what a process complained about that says what was wrong. */
const complaint = (text) =>
  text
    .split('\n')
    .filter((line) => /\w*(Error|Exception|error)\b.*:/.test(line))
    .at(-1)
    ?.trim() ?? text.trim().split('\n').at(-1);

/**
 * Starts a worker and waits until it has run once: { first, ask, stop }. `first` is what it says of itself, `ask` sends a
 * command and resolves to the answer. Both reject where the process ends, takes longer than `seconds`, or grows beyond `bytes`
 * (it is then killed); nothing else on the machine may suffer for a peer that does not fit.
 */
export const startWorker = async ({ command, env = {} }, { seconds, bytes }) => {
  const child = spawn(command[0], command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  let reason;
  let waiting;
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-20_000);
  });
  child.stdin.on('error', () => {});
  const kill = (why) => {
    reason = why;
    child.kill('SIGKILL');
  };
  const watch = setInterval(() => {
    if (statusBytes(child.pid, 'VmRSS') > bytes) kill(`needs more than ${Math.round(bytes / 2 ** 30)} GiB`);
  }, POLL_MS);
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearInterval(watch);
      waiting?.reject(new Error(reason ?? complaint(errors) ?? `ended with ${signal ?? `exit status ${code}`}`));
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) waiting?.resolve(JSON.parse(line));
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        reject(new Error(reason ?? complaint(errors) ?? 'has ended'));
        return;
      }
      const timer = setTimeout(() => kill(`takes more than ${seconds} s`), seconds * 1000);
      const settle = (f) => (value) => {
        clearTimeout(timer);
        waiting = undefined;
        f(value);
      };
      waiting = { resolve: settle(resolve), reject: settle(reject) };
    });
  const ask = (line) => {
    const promised = answer();
    child.stdin.write(`${line}\n`);
    return promised;
  };
  const stop = () => {
    child.stdin.end();
    return ended;
  };
  return { first: await answer(), ask, stop };
};
