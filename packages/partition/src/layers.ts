/** Layers: the tensors of one module, in the order of the tuple. */

import type { ParameterShape } from './partition.js';

const ROLE_SUFFIX = /[_-]?(weight|bias|kernel|gamma|beta|scale)$/i;
const NUMBERED = /^[wb]_?(\d+)$/i;

/**
 * The module that a parameter's name says it belongs to: what stands before the last `.` or `/` (`layers.3.weight` →
 * `layers.3`); without one, the name less its role (`fc1_bias` → `fc1`) or the number of `W1`, `b1`; else the name itself.
 * The parameters of a bare module (`weight`, `bias`) belong to `(root)`.
 */
export const layerName = (name: string): string => {
  const cut = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
  if (cut > 0) return name.slice(0, cut);
  const numbered = NUMBERED.exec(name);
  if (numbered) return numbered[1]!;
  return name.replace(ROLE_SUFFIX, '') || '(root)';
};

/** A layer's name and its parameters. */
export interface Layer {
  readonly name: string;
  readonly parameters: readonly ParameterShape[];
}

/** The layers of a tuple, in the order in which each first appears. */
export const layers = (parameters: readonly ParameterShape[]): readonly Layer[] => {
  const byName = new Map<string, ParameterShape[]>();
  for (const parameter of parameters) {
    const name = layerName(parameter.name);
    const own = byName.get(name);
    if (own) own.push(parameter);
    else byName.set(name, [parameter]);
  }
  return [...byName].map(([name, own]) => ({ name, parameters: own }));
};
