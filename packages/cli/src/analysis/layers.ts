/** Where each group of a partition stands in its network: which layer, and weights or biases. */

import { type Group, layerName, layers, type Partition, role } from '@hograd/partition';

export interface PlacedGroup {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly size: number;
  /** `bias` where every tensor of the group is one. */
  readonly kind: 'weight' | 'bias';
  /** The rank of the group's first layer among the first layers of all groups, 0 nearest the input. */
  readonly depth: number;
}

/** The groups of a partition, in their order. */
export const placeGroups = ({ parameters, groups }: Partition): readonly PlacedGroup[] => {
  const roles = new Map(parameters.map((p) => [p.name, role(p)]));
  const order = layers(parameters).map(({ name }) => name);
  const first = ({ members }: Group): number =>
    Math.min(...members.map(({ parameter }) => order.indexOf(layerName(parameter))));
  const ranks = [...new Set(groups.map(first))].sort((a, b) => a - b);
  return groups.map((group) => ({
    name: group.name,
    parameters: group.members.map(({ parameter }) => parameter),
    size: group.size,
    kind: group.members.every(({ parameter }) => roles.get(parameter) === 'bias') ? 'bias' : 'weight',
    depth: ranks.indexOf(first(group)),
  }));
};
