/** Inputs of a graph, and how long the symbols in their shapes are in what is fed. */

import { type Expr, type Input, isInput, symbolLengths, type Tensor, topologicalOrder } from '@hograd/graph-builder';

/** What is fed, of which only the shapes count. */
export type Shapes = Readonly<Record<string, Pick<Tensor, 'shape'>>>;

/** The lengths that symbols in the shapes of inputs have in what is fed; of inputs that are not fed, nothing is known. */
export const lengthsIn = (inputs: readonly Input[], fed: Shapes): ReadonlyMap<string, number> =>
  symbolLengths(
    inputs.flatMap(({ attributes: { name }, shape }) =>
      Object.hasOwn(fed, name) ? shape.map((dim, axis) => [dim, fed[name]!.shape[axis]!] as const) : [],
    ),
  );

export const inputsOf = (exprs: readonly Expr[]): readonly Input[] =>
  topologicalOrder(exprs).filter(isInput) as readonly Input[];
