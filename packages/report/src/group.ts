/** What a figure needs to know of a group beyond its name: weight or bias, and its layer. */

import type { Group } from './data.js';

export interface PlacedGroup {
  readonly name: string;
  readonly size: number;
  readonly kind: 'weight' | 'bias';
  /** 0 nearest the input. */
  readonly depth: number;
}

const parts = (name: string): readonly string[] =>
  name.split(/[./:\s]+|_(?=[a-zA-Z]+\d*$)/).filter((part) => part !== '');

const isBias = (name: string): boolean => /^(b|bias|biases)\d*$/i.test(parts(name).at(-1) ?? '');

/** The layer's own part of a name: all but the last part, or the number in a one-part name such as `W1`. */
const layerOf = (name: string): string => {
  const all = parts(name);
  return all.length > 1 ? all.slice(0, -1).join('.') : (/\d+/.exec(name)?.[0] ?? name);
};

/** Fills in kind and depth where the caller left them out (the rules stand at {@link Group}). */
export const placeGroups = (groups: readonly Group[]): readonly PlacedGroup[] => {
  const layers = [...new Set(groups.map(({ name }) => layerOf(name)))];
  return groups.map((group) => ({
    name: group.name,
    size: group.size,
    kind: group.kind ?? (isBias(group.name) ? 'bias' : 'weight'),
    depth: group.depth ?? layers.indexOf(layerOf(group.name)),
  }));
};
