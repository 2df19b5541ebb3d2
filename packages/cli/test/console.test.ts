import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { type Failure, failed, wrongInput } from '../src/failure.js';
import { conclude } from '../src/program/console.js';

const concluded = async (
  result: E.Either<Failure, number>,
  holds?: (n: number) => boolean,
  after?: (n: number) => TE.TaskEither<Failure, void>,
) => {
  const seen = { printed: '', said: '', status: 0 };
  const console = {
    command: 'hograd',
    print: (text: string) => {
      seen.printed += text;
    },
    say: (text: string) => {
      seen.said += text;
    },
    exitWith: (status: number) => {
      seen.status = status;
    },
  };
  await conclude(console, { text: String, ...(holds && { holds }), ...(after && { after }) })(() =>
    Promise.resolve(result),
  );
  return seen;
};

describe('the end of a command', () => {
  it('prints a result, with status 0', async () => {
    expect(await concluded(E.right(3))).toEqual({ printed: '3', said: '', status: 0 });
    expect(await concluded(E.right(3), () => true)).toEqual({ printed: '3', said: '', status: 0 });
  });

  it('prints a result that does not hold, with status 1', async () => {
    expect(await concluded(E.right(3), () => false)).toEqual({ printed: '3', said: '', status: 1 });
  });

  it('goes on after it has printed a result, which is not lost where that fails', async () => {
    const after = (n: number) => (n === 3 ? TE.right(undefined) : TE.left(wrongInput('no folder')));
    expect(await concluded(E.right(3), undefined, after)).toEqual({ printed: '3', said: '', status: 0 });
    expect(await concluded(E.right(4), undefined, after)).toEqual({
      printed: '4',
      said: 'hograd: no folder',
      status: 2,
    });
    expect(await concluded(E.left(failed('no memory')), undefined, after)).toMatchObject({ printed: '', status: 1 });
  });

  it('says why there is no result, with its status and nothing on standard output', async () => {
    expect(await concluded(E.left(failed('no memory')))).toEqual({ printed: '', said: 'hograd: no memory', status: 1 });
    expect(await concluded(E.left(wrongInput('x')))).toEqual({ printed: '', said: 'hograd: x', status: 2 });
  });
});
