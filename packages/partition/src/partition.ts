/** A partition of a tuple of parameters: which scalars share a group. */

/** A parameter's name and shape; `[]` is a scalar. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * What a group holds of one parameter: the whole tensor, or the scalars at `indices`: positions in its row-major data,
 * ascending, at least one and not all of them.
 */
export interface Member {
  readonly parameter: string;
  readonly indices?: readonly number[];
}

/** `members` in the order of the tuple, one a parameter; `size` is the number of scalars, at least 1. */
export interface Group {
  readonly name: string;
  readonly members: readonly Member[];
  readonly size: number;
}

/** Every scalar of `parameters` belongs to exactly one group; group s is index s of ḡ, H̄ and D3. */
export interface Partition {
  readonly parameters: readonly ParameterShape[];
  readonly groups: readonly Group[];
}

/** The number of scalars in a parameter. */
export const elements = ({ shape }: ParameterShape): number => shape.reduce((product, dim) => product * dim, 1);
