/** Where a command's words go, and the exit status it ends with. */

import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Failure } from '../failure.js';

/** Where words go. */
export interface Streams {
  /** Standard output: results only. */
  readonly print: (text: string) => void;
  /** Standard error: everything else. */
  readonly say: (text: string) => void;
}

/** The process as a command sees it: two streams and an exit status. */
export interface Console extends Streams {
  /** The command line as typed, for reports. */
  readonly command: string;
  readonly exitWith: (status: number) => void;
}

/** What a command's result is as text, and what else belongs to its end. */
export interface Conclusion<A> {
  readonly text: (result: A) => string;
  /** A result that does not hold, as a self-check that failed, is printed all the same, and is exit status 1. Left out: every one does. */
  readonly holds?: (result: A) => boolean;
  /** What is done with a result once it is printed: where that fails, the result is not lost. */
  readonly after?: (result: A) => TE.TaskEither<Failure, void>;
}

/** Runs a command's work; prints its result, or says in one line why there is none. */
export const conclude =
  <A>(console: Console, { text, holds = () => true, after = () => TE.right(undefined) }: Conclusion<A>) =>
  async (work: TE.TaskEither<Failure, A>): Promise<void> => {
    const fail = ({ message, status }: Failure): void => {
      console.say(`hograd: ${message}`);
      console.exitWith(status);
    };
    const result = await work();
    if (E.isLeft(result)) return fail(result.left);
    console.print(text(result.right));
    if (!holds(result.right)) console.exitWith(1);
    const followed = await after(result.right)();
    if (E.isLeft(followed)) fail(followed.left);
  };
