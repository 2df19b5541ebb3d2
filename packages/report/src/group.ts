/** What a figure needs to know of a group beyond its name: weight or bias, and its layer. */

import { layerName, role } from '@hograd/partition';
import type { Group } from './data.js';

export interface PlacedGroup {
  readonly name: string;
  readonly size: number;
  readonly kind: 'weight' | 'bias';
  /** 0 nearest the input. */
  readonly depth: number;
}

/** Where nobody says: a vector where the name is a bias's by custom, else a matrix. */
const usualShape = ({ name, size }: Group): readonly number[] => (/(^|[./_])b\d*$/i.test(name) ? [size] : [1, size]);

/** Fills in kind and depth where the caller left them out (the rules stand at {@link Group}). */
export const placeGroups = (groups: readonly Group[]): readonly PlacedGroup[] => {
  const layers = [...new Set(groups.map(({ name }) => layerName(name)))];
  return groups.map((group) => ({
    name: group.name,
    size: group.size,
    kind: group.kind ?? role({ name: group.name, shape: group.shape ?? usualShape(group) }),
    depth: group.depth ?? layers.indexOf(layerName(group.name)),
  }));
};
