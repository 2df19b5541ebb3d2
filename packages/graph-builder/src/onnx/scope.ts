/** Names of a graph, inside of another one's whose names it reads, too. */

import { DecodeFailure } from './errors.js';
import type { Imported } from './sequences.js';

export interface Scope {
  /** Throws DecodeFailure (DuplicateName) on a name that the graph has already. */
  readonly define: (name: string, value: Imported) => void;
  readonly find: (name: string) => Imported | undefined;
}

/** An empty scope; what it does not define is looked for outside. */
export const scopeIn = (outside: Scope['find']): Scope => {
  const values = new Map<string, Imported>();
  return {
    define: (name, value) => {
      if (values.has(name))
        throw new DecodeFailure({
          _tag: 'DuplicateName',
          value: name,
          message: `two values are named "${name}"; every value of a graph has one name of its own`,
        });
      values.set(name, value);
    },
    find: (name) => values.get(name) ?? outside(name),
  };
};
