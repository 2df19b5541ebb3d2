/** Names of options. */

import { type OptionNames, unknownOption } from '@hograd/graph-builder/options';
import { type InvalidOption, invalidOption } from './errors.js';

/** Refuses options of which one has another name than these, whatever its value. The names are as for graph-builder's `requireKnown`. */
export const checkKnown = <Options extends object>(
  options: Options,
  known: OptionNames<Options>,
): InvalidOption | undefined => {
  const unknown = unknownOption(options, known);
  return unknown && invalidOption(unknown.option, unknown.message);
};
