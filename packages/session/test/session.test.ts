import { encode, input, makeGraph, matmul, tanh, tensor, transpose } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { openSession, type Session, withSession } from '../src/index.js';

const x = input('x', ['N', 3]);
const w = input('w', [2, 3]);
const model = encode(makeGraph([{ name: 'y', value: tanh(matmul(x, transpose(w))) }], [x, w]));
const feeds = {
  x: tensor([1, 2, 3, 4, 5, 6], [2, 3], 'float32'),
  w: tensor([0.1, 0, 0, 0, 0.1, 0], [2, 3], 'float32'),
};

const right = <L extends { readonly message: string }, R>(result: E.Either<L, R>): R => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const using = async <A>(use: (session: Session) => Promise<A>): Promise<A> => {
  const session = right(await openSession(model)());
  try {
    return await use(session);
  } finally {
    await session.release()();
  }
};

describe('a session', () => {
  it('computes what the model says, on the CPU, by name', async () => {
    await using(async (session) => {
      expect(session.device).toBe('cpu');
      expect(session.inputs.map((i) => i.name)).toEqual(['x', 'w']);
      const { y } = right(await session.run(feeds)());
      expect(y!.shape).toEqual([2, 2]);
      [0.1, 0.2, 0.4, 0.5].forEach((v, i) => {
        expect(Number(y!.data[i])).toBeCloseTo(Math.tanh(v), 6);
      });
    });
  });

  it.each([
    [
      'a missing feed',
      { x: feeds.x },
      'MissingFeed',
      'input "w" is missing; the model needs "x" float32[N, 3], "w" float32[2, 3]',
    ],
    [
      'an unknown feed',
      { ...feeds, v: feeds.x },
      'UnknownFeed',
      'the model has no input "v"; it has "x" float32[N, 3], "w" float32[2, 3]',
    ],
    [
      'a wrong type',
      { ...feeds, x: tensor([1, 2, 3], [1, 3], 'float64') },
      'WrongType',
      'input "x" must be float32, got float64; convert it',
    ],
    [
      'a wrong shape',
      { ...feeds, w: tensor([1, 2], [2, 1], 'float32') },
      'WrongShape',
      'input "w" must have shape [2, 3], got [2, 1]',
    ],
  ])('refuses %s by name', async (_, wrong, tag, message) => {
    await using(async (session) => {
      const result = await session.run(wrong as never)();
      expect(E.isLeft(result) && result.left).toMatchObject({ _tag: tag, message });
    });
  });

  it('refuses an unknown output and a released session', async () => {
    const session = right(await openSession(model)());
    const unknown = await session.run(feeds, ['z'])();
    expect(E.isLeft(unknown) && unknown.left.message).toBe('the model has no output "z"; it has "y"');
    right(await session.release()());
    const late = await session.run(feeds)();
    expect(E.isLeft(late) && late.left._tag).toBe('Released');
  });

  it('refuses bytes that are not a model', async () => {
    const result = await openSession(new TextEncoder().encode('not a model'))();
    expect(E.isLeft(result) && result.left._tag).toBe('InvalidModel');
  });

  it('auto reports every device it tried, and the one it took is the last', async () => {
    const result = await withSession(model, { device: 'auto' }, (session) => async () => E.right(session.report))();
    const report = right(result);
    expect(report.requested).toBe('auto');
    expect(report.tried.at(-1)).toEqual({ device: report.device });
    for (const attempt of report.tried.slice(0, -1)) expect(attempt.error).toBeTruthy();
  });
});
