/** How a command ends badly: an exit status and one line that names the culprit and the cure. */

import { GraphError } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';

export interface Failure {
  /** 1: the work failed; 2: the arguments or input files are wrong. */
  readonly status: 1 | 2;
  readonly message: string;
}

/** The arguments or input files are wrong. */
export const wrongInput = (message: string): Failure => ({ status: 2, message });

/** The work failed. */
export const failed = (message: string): Failure => ({ status: 1, message });

/** Carries a Failure out of nested steps; caught where the command ends. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The Right, or a Refusal made of the Left. */
export const orRefuse = <L, A>(result: E.Either<L, A>, failure: (left: L) => Failure): A => {
  if (E.isLeft(result)) throw new Refusal(failure(result.left));
  return result.right;
};

/** Ends the command: the arguments or input files are wrong. */
export const refuse = (message: string): never => {
  throw new Refusal(wrongInput(message));
};

/** What a command's work gives, a Refusal from inside it as the Left; a defect of ours stays an exception. */
export const attempt = async <A>(work: () => Promise<A>): Promise<E.Either<Failure, A>> => {
  try {
    return E.right(await work());
  } catch (cause) {
    if (cause instanceof Refusal) return E.left(cause.failure);
    throw cause;
  }
};

/** What `work` builds; a graph that the user's model does not allow is refused, with what was being done to it. */
export const building = async <A>(doing: string, work: () => A | Promise<A>): Promise<A> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GraphError) return refuse(`${doing}: ${cause.message}`);
    throw cause;
  }
};
