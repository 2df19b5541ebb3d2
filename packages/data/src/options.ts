/** Names of options. */

import type { OptionNames } from '@hograd/graph-builder';
import { type InvalidOption, invalidOption } from './errors.js';

/** Refuses options of which one has another name than these, whatever its value. The names are as for graph-builder's `requireKnown`. */
export const checkKnown = <Options extends object>(
  options: Options,
  known: OptionNames<Options>,
): InvalidOption | undefined => {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  return unknown === undefined
    ? undefined
    : invalidOption(unknown, `there is no option "${unknown}"; the options are ${Object.keys(known).join(', ')}`);
};
