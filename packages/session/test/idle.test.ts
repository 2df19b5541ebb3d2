import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openSession } from '../src/index.js';
import { float32, get, tanhProduct } from './model.js';

/** Long enough for every thread to have a part. */
const ROWS = 200_000;

/** Processor seconds of the whole process while this thread waits. */
const secondsWhileWaiting = async (milliseconds: number): Promise<number> => {
  const before = process.cpuUsage();
  await pause(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

it('leaves the processor alone between runs, its threads alive', async () => {
  const session = await get(openSession(tanhProduct(), { threads: 4 }));
  const feeds = {
    x: float32(new Array(ROWS * 3).fill(1), [ROWS, 3]),
    w: float32([1, 2, 3, 4, 5, 6], [3, 2]),
  };
  const seconds: number[] = [];
  for (let i = 0; i < 5; i++) {
    await get(session.run(feeds));
    seconds.push(await secondsWhileWaiting(40));
  }
  // Garbage is collected on other threads, but not after every run.
  expect(Math.min(...seconds)).toBeLessThan(0.02);
  await get(session.release());
});
