/** Names of options: one that is misspelt would be passed over, and its default taken in silence. */

import { GraphError } from './error.js';

/** The names of options as the keys of a record: one that leaves a name out, or has another, does not compile. */
export type OptionNames<Options> = Readonly<Record<keyof Options & string, true>>;

/** An option that there is not, and the sentence that says so. */
export interface UnknownOption {
  readonly option: string;
  readonly message: string;
}

/** The first option whose name is no key of `known`, whatever its value; undefined where there is none. */
export const unknownOption = (options: object, known: Readonly<Record<string, unknown>>): UnknownOption | undefined => {
  const option = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  return option === undefined
    ? undefined
    : { option, message: `there is no option "${option}"; the options are ${Object.keys(known).join(', ')}` };
};

/**
 * Throws GraphError where an option has another name than these, whatever its value. They are a record, `{ first: true, second: true }`, and
 * where several share it a constant of the type `OptionNames<Options>` beside the options' own: neither gets out of step with the other.
 */
export const requireKnown = <Options extends object>(
  operation: string,
  options: Options,
  known: OptionNames<Options>,
): void => {
  const unknown = unknownOption(options, known);
  if (unknown) throw new GraphError(operation, unknown.message);
};
