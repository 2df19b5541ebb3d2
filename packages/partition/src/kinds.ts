/** What a parameter is in its layer, told from names and shapes. */

import { layers } from './layers.js';
import type { ParameterShape } from './partition.js';

/** What a parameter does to a layer's values: multiplies them, or is added to them. */
export type Role = 'weight' | 'bias';

/** The sorts of parameters that a partition by kind keeps apart. */
export type Kind = 'weights' | 'biases' | 'norms' | 'embeddings';

/** The order in which groups by kind come. */
export const KINDS: readonly Kind[] = ['weights', 'biases', 'norms', 'embeddings'];

const lastComponent = (name: string): string => name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);

const namedRole = (name: string): Role | undefined => {
  const last = lastComponent(name);
  if (/bias|beta/i.test(last)) return 'bias';
  return /weight|kernel|gamma|scale/i.test(last) ? 'weight' : undefined;
};

/**
 * Weight or bias. The last component of the name decides where it says so (`bias`, `beta`; `weight`, `kernel`, `gamma`,
 * `scale`); else the rank: two and more is a weight, less is a bias.
 */
export const role = ({ name, shape }: ParameterShape): Role =>
  namedRole(name) ?? (shape.length >= 2 ? 'weight' : 'bias');

const EMBEDDING = /embed|(^|[._/])(wte|wpe)($|[._/])/i;
const NORM = /norm|(^|[._/])(ln|bn|gn)_?[0-9a-z]?($|[._/])/i;

/**
 * The kind of every parameter, in the order of the tuple. Embeddings: a name with `embed`, `wte` or `wpe`. Norms: a
 * module named `…norm…`, `ln`, `bn` or `gn`, or one whose tensors all have rank ≤ 1 and one of which is named as a
 * weight (no other layer has that). The rest: weights and biases by `role`.
 */
export const kinds = (parameters: readonly ParameterShape[]): readonly Kind[] => {
  const kindOf = new Map<string, Kind>();
  for (const layer of layers(parameters)) {
    const flat = layer.parameters.every(({ shape }) => shape.length <= 1);
    const scales = flat && layer.parameters.some(({ name }) => namedRole(name) === 'weight');
    for (const parameter of layer.parameters) {
      if (EMBEDDING.test(parameter.name)) kindOf.set(parameter.name, 'embeddings');
      else if (scales || NORM.test(parameter.name)) kindOf.set(parameter.name, 'norms');
      else kindOf.set(parameter.name, role(parameter) === 'weight' ? 'weights' : 'biases');
    }
  }
  return parameters.map(({ name }) => kindOf.get(name)!);
};
