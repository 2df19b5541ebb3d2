import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchExperiment } from '../src/experiment/progress.js';
import { watchProgress } from '../src/progress.js';

const TICK = 200;

/** A terminal of so many columns: what is written to it, and what stands on it. */
const terminal = (columns: number) => {
  const screen = new xterm.Terminal({ cols: columns, rows: 12, convertEol: true, allowProposedApi: true });
  const seen = { written: '' };
  const stream = new Writable({
    write: (chunk, _, done) => {
      seen.written += chunk;
      done();
    },
  });
  const lines = async (): Promise<readonly string[]> => {
    vi.advanceTimersByTime(TICK);
    const shown = new Promise<void>((resolve) => screen.write(seen.written, resolve));
    seen.written = '';
    await vi.advanceTimersByTimeAsync(0);
    await shown;
    const { active } = screen.buffer;
    const all = Array.from({ length: active.length }, (_, y) => active.getLine(y)!.translateToString(true));
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  };
  const resize = (wide: number): void => {
    screen.resize(wide, 12);
    Object.assign(stream, { columns: wide });
  };
  return { stream: Object.assign(stream, { isTTY: true, columns }) as never, seen, lines, resize };
};

const NAME = 'newton-summary-safe';
const epoch = (n: number) => ({ epoch: n, trainLoss: 0.7249, testLoss: 0.3409, testAccuracy: 0.895, seconds: 1.94 });
const epochLine = (n: number): string =>
  `${NAME} epoch ${n}: train loss 0.7249, test loss 0.3409, test accuracy 89.50%, 1.9 s`;

/** A run of 1000 steps whose first is over, after which 50 s are left at its pace. */
const begun = (stream: never) => {
  const watcher = watchProgress(stream, () => false);
  watcher.onStart({ name: NAME, steps: 1000, done: 0 });
  const step = (n: number): void => {
    vi.advanceTimersByTime(50);
    watcher.onStep({ step: n, epoch: 1 + Math.floor(n / 100), loss: 2.5 });
  };
  return { watcher, step };
};

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('the progress of a run', () => {
  it('says nothing of a loss or of the time left before the first step', async () => {
    const { stream, lines } = terminal(80);
    const { watcher } = begun(stream);
    expect(await lines()).toEqual([`${NAME} ${'-'.repeat(40)} epoch 1`]);
    watcher.stop();
  });

  it.each([
    [120, `${NAME} ${'-'.repeat(40)} epoch 1 loss 2.5000 · 50 s left`],
    [80, `${NAME} ${'-'.repeat(27)} epoch 1 loss 2.5000 · 50 s left`],
    [60, `${NAME} epoch 1 loss 2.5000 · 50 s left`],
    [40, 'epoch 1 loss 2.5000 · 50 s left'],
    [20, 'epoch 1 · 50 s left'],
    [8, ''],
  ])('always says the time left, and the bar as far as there is room: %i columns', async (columns, line) => {
    const { stream, lines } = terminal(columns);
    const { watcher, step } = begun(stream);
    step(1);
    expect((await lines()).join('')).toBe(line);
    watcher.stop();
  });

  it('fits a terminal that is made narrower', async () => {
    const { stream, lines, resize } = terminal(120);
    const { watcher, step } = begun(stream);
    step(1);
    await lines();
    resize(60);
    step(2);
    expect((await lines()).at(-1)).toMatch(/^newton-summary-safe epoch 1 loss 2\.5000 · \d+ min left$/);
    watcher.stop();
  });

  it('keeps a line for every epoch above the bar, and only those when it is over', async () => {
    const { stream, lines } = terminal(120);
    const { watcher, step } = begun(stream);
    step(1);
    watcher.onEpoch(NAME, epoch(1));
    step(101);
    watcher.onEpoch(NAME, epoch(2));
    const [first, second, bar, ...others] = await lines();
    expect([first, second, others]).toEqual([epochLine(1), epochLine(2), []]);
    expect(bar).toMatch(/^newton-summary-safe =+-+ epoch 2 loss 2\.5000 test 89\.50% · \d+ s left$/);
    watcher.stop();
    expect(await lines()).toEqual([epochLine(1), epochLine(2)]);
  });

  it.each([
    ['what is no terminal', 'xterm', false],
    ['a terminal that cannot write over a line', 'dumb', true],
  ])('is plain lines on %s', (_, term, isTTY) => {
    vi.stubEnv('TERM', term);
    const { stream, seen } = terminal(80);
    Object.assign(stream, { isTTY });
    const { watcher, step } = begun(stream);
    step(1);
    watcher.onEpoch(NAME, epoch(1));
    vi.advanceTimersByTime(TICK);
    watcher.stop();
    expect(seen.written).toBe(`${epochLine(1)}\n`);
  });
});

describe('the progress of an experiment', () => {
  const run = { key: 'a', setup: 's', arm: 'adam', text: 'seed 1', steps: 100, seconds: Number.POSITIVE_INFINITY };
  const record = { outcome: 'failed', reason: 'the loss became NaN at step 3', epochs: [], steps: 3 };

  it.each([
    [80, `${'-'.repeat(31)} 0/2 runs · time left unknown yet · adam, seed 1`],
    [50, `${'-'.repeat(16)} 0/2 runs · time left unknown yet`],
    [20, '0/2 runs'],
  ])('fits %i columns, above it a line for every run that is over', async (columns, line) => {
    const { stream, lines } = terminal(columns);
    const watcher = watchExperiment(stream, 1, () => {});
    watcher.onPlan([run, { ...run, key: 'b' }]);
    expect((await lines())[0]).toMatch(/^(-+ )?0\/2 runs$/);
    watcher.onStart(run);
    watcher.onStep(run, 0);
    expect((await lines()).at(-1)).toBe(line);
    watcher.onEnd(run, record as never, false);
    const after = await lines();
    expect(after.slice(0, -1).join('')).toBe('1/2 s: adam, seed 1: failed: the loss became NaN at step 3');
    expect(after.at(-1)).toMatch(/1\/2 runs/);
    watcher.stop();
  });

  it('counts how long a process takes to begin', async () => {
    const { stream, lines } = terminal(80);
    const watcher = watchExperiment(stream, 1, () => {});
    watcher.onPlan([run, { ...run, key: 'b' }]);
    watcher.onStart(run);
    vi.advanceTimersByTime(3000);
    watcher.onStep(run, 0);
    vi.advanceTimersByTime(1000);
    watcher.onEnd(run, { ...record, steps: 100 } as never, false);
    expect((await lines()).at(-1)).toMatch(/1\/2 runs · 4 s left/);
    watcher.stop();
  });
});
