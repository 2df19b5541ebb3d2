/** Nothing stays open where not everything can be opened. */

import { join } from 'node:path';
import type * as Sessions from '@hograd/session';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openProbe } from '../src/analysis/probe.js';
import { performRun } from '../src/experiment/performRun.js';
import { opening } from '../src/opening.js';
import { hograd } from './capture.js';
import { openSynthetic } from './runs.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

/** Sessions that are open, how many have been opened, and which of them is refused. */
const sessions = vi.hoisted(() => ({ open: 0, opened: 0, refused: Number.POSITIVE_INFINITY }));
vi.mock('@hograd/session', async (original) => {
  const real = await original<typeof Sessions>();
  const openSession: typeof real.openSession = (model, options) => {
    sessions.opened += 1;
    if (sessions.opened === sessions.refused) return TE.left({ _tag: 'RunFailed', message: 'there is no memory' });
    return pipe(
      real.openSession(model, options),
      TE.map((session) => {
        sessions.open += 1;
        const release: typeof session.release = () => {
          sessions.open -= 1;
          return session.release();
        };
        return { ...session, release };
      }),
    );
  };
  return { ...real, openSession };
});

beforeEach(() => {
  Object.assign(sessions, { open: 0, opened: 0, refused: Number.POSITIVE_INFINITY });
});

describe('opening', () => {
  it('releases in turn, the last first, where it goes on no further, and once where it is asked to', async () => {
    const released: string[] = [];
    const thing = (name: string) => ({ name, release: async () => released.push(name) });
    const broken = opening(async ({ keep }) => {
      keep(thing('a'));
      keep({ release: () => async () => released.push('b') });
      throw new Error('no more');
    });
    await expect(broken).rejects.toThrow('no more');
    expect(released).toEqual(['b', 'a']);
    const { first, release } = await opening(async ({ keep, release }) => ({ first: keep(thing('c')), release }));
    expect([first.name, released]).toEqual(['c', ['b', 'a']]);
    await release();
    await release();
    expect(released).toEqual(['b', 'a', 'c']);
  });
});

describe('of what a command opens', { timeout: 60_000 }, () => {
  it.each([
    ['adam', 2],
    ['kfac', 4],
    ['newton-summary-safe', 6],
  ])('no session of a run with %s stays open where one of its %d is refused', async (optimizer, count) => {
    const run = await openSynthetic(optimizer);
    expect([sessions.open, sessions.opened]).toEqual([count, count]);
    await run.release();
    expect(sessions.open).toBe(0);
    Object.assign(sessions, { opened: 0, refused: Math.min(3, count) });
    await expect(openSynthetic(optimizer)).rejects.toThrow('there is no memory');
    expect(sessions.open).toBe(0);
  });

  it('no session of a probe does', async () => {
    const run = await openSynthetic('sgd');
    const options = { dtype: 'float32', memoryLimit: 2 ** 31, lambdaInt: [1], stepSizes: [1] } as const;
    const open = () => openProbe(run.problem, run.test, { ...options, interrupted: () => false });
    await run.release();
    Object.assign(sessions, { opened: 0, refused: 3 });
    await expect(open()).rejects.toThrow('there is no memory');
    expect(sessions.open).toBe(0);
    await (await open()).release();
    expect(sessions.open).toBe(0);
  });

  it('no session of an analysis does whose examples are too many', async () => {
    const { status, err } = await hograd('analyze', '--examples', '999999', '--out', join(folder, 'analysis'));
    expect([status, err]).toEqual([2, expect.stringMatching(/--examples 999999 is more than the/)]);
    expect(sessions).toMatchObject({ open: 0, opened: 2 });
  });

  it('no session of an experiment’s run does whose data have changed', async () => {
    const plan = {
      ...{ model: 'small-mlp', data: 'synthetic', dataDigest: 'another', validation: 0, batch: 100, epochs: 1 },
      ...{ optimizer: 'adam', settings: {}, seed: 1 },
    };
    const task = { plan, folder: join(folder, 'run'), device: 'cpu', dataRoot: '.' } as const;
    const performed = performRun(task, { interrupted: () => false, onStep: () => {} });
    await expect(performed).rejects.toThrow('synthetic has changed since the experiment began');
    expect(sessions).toMatchObject({ open: 0, opened: 2 });
  });

  it('is what evaluates opened once for all optimizers of one training', async () => {
    const args = ['--optimizer', 'sgd,momentum,adam', '--epochs', '1', '--out', join(folder, 'three')];
    expect((await hograd('train', ...args)).status).toBe(0);
    expect(sessions).toMatchObject({ open: 0, opened: 4 });
  });
});
