/** Inputs that stand for what a model draws at random, since a graph draws nothing: masks of Dropout, noise of RandomNormal and others. */

import { type Input, isFloat } from '@hograd/graph-builder';

const shown = ({ dtype, shape }: Input): string => `${dtype}[${shape.join(', ')}]`;

/** What the input stands for, and what to feed; undefined where it is data. `decode` names such inputs `<output>.mask` and `<output>.noise`. */
export const drawnInput = (of: Input): { readonly holds: string; readonly feed: string } | undefined => {
  const { name } = of.attributes;
  if (of.dtype === 'bool' && name.endsWith('.mask')) {
    return {
      holds: 'Dropout in training mode',
      feed: `"${name}" is ${shown(of)}: true where Dropout keeps an element (a random share 1 − ratio of them); export in inference mode (model.eval()) to do without`,
    };
  }
  if (isFloat(of.dtype) && name.endsWith('.noise')) {
    return {
      holds: 'an operator that draws random numbers',
      feed: `"${name}" is ${shown(of)}, the numbers that the model draws: standard normal ones (RandomNormal, torch.randn), or uniform in [0, 1) (RandomUniform, Bernoulli, Multinomial, torch.rand)`,
    };
  }
  return undefined;
};
