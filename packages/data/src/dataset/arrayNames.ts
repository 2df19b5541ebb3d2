/** What the names of a file's arrays say: which part each is of, which hold inputs, which the targets. */

import type { Arrays } from '../formats/npz.js';
import { TARGETS } from './dataset.js';

export interface ArrayNames {
  /** What follows a name in each part: of the examples to train on, and those to test on where there are parts. */
  readonly suffixes: readonly string[];
  readonly inputs: readonly string[];
  /** Undefined where there are none. */
  readonly targets: string | undefined;
}

const PARTS: readonly string[] = ['_train', '_test'];

/** Without its part's suffix; undefined where it has none. */
const stemOf = (name: string): string | undefined => {
  const suffix = PARTS.find((part) => name.endsWith(part));
  return suffix && name.slice(0, -suffix.length);
};

/**
 * Where any name says a part, arrays that say none are passed over; else all are of one part. The targets are `y`, or in a file without it `own`, where
 * that is given, and there need not be any; all others are inputs, `x` where there is none.
 */
export const arrayNames =
  (own: string = TARGETS) =>
  (arrays: Arrays): ArrayNames => {
    const names = Object.keys(arrays);
    const stems = [...new Set(names.flatMap((name) => stemOf(name) ?? []))];
    const found = stems.length > 0 ? stems : names;
    const targets = [TARGETS, own].find((name) => found.includes(name));
    const inputs = found.filter((name) => name !== targets);
    return {
      suffixes: stems.length > 0 ? PARTS : [''],
      inputs: inputs.length > 0 ? inputs : ['x'],
      targets,
    };
  };
