/** Where a command's words go, and the exit status it ends with. */

import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
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

/**
 * Runs a command's work; prints its result, or says in one line why there is none. A result that does not hold, as a self-check that failed, is
 * printed too, and is exit status 1.
 */
export const conclude =
  <A>(console: Console, text: (result: A) => string, holds: (result: A) => boolean = () => true) =>
  async (work: TE.TaskEither<Failure, A>): Promise<void> => {
    const result = await work();
    if (E.isRight(result)) {
      console.print(text(result.right));
      if (!holds(result.right)) console.exitWith(1);
      return;
    }
    console.say(`hograd: ${result.left.message}`);
    console.exitWith(result.left.status);
  };
