/** What can be wrong with a partition, as values. */

/** Every case carries a one-line `message` that names what is wrong and what to do. */
export type PartitionError =
  | { readonly _tag: 'NoParameters'; readonly message: string }
  /** A shape that is not a list of positive integers. */
  | { readonly _tag: 'InvalidParameter'; readonly message: string; readonly parameter: string }
  /** Two parameters of the tuple have one name. */
  | { readonly _tag: 'DuplicateParameter'; readonly message: string; readonly parameter: string }
  | {
      readonly _tag: 'UnknownParameter';
      readonly message: string;
      readonly parameter: string;
      readonly group: string;
      /** Left out where no name is near. */
      readonly closest?: string;
    }
  /** A parameter, or one of its scalars, is in two groups or twice in one. */
  | { readonly _tag: 'RepeatedParameter'; readonly message: string; readonly parameter: string }
  | { readonly _tag: 'MissingParameter'; readonly message: string; readonly parameters: readonly string[] }
  | { readonly _tag: 'InvalidIndex'; readonly message: string; readonly parameter: string; readonly index: number }
  | { readonly _tag: 'EmptyGroup'; readonly message: string; readonly group: string }
  | { readonly _tag: 'DuplicateGroup'; readonly message: string; readonly group: string }
  /** A number of blocks, or a depth, that does not suit the model. */
  | { readonly _tag: 'InvalidCount'; readonly message: string; readonly count: number }
  | { readonly _tag: 'TooManyGroups'; readonly message: string; readonly count: number }
  | { readonly _tag: 'UnknownSpec'; readonly message: string; readonly spec: string }
  | { readonly _tag: 'InvalidJson'; readonly message: string }
  /** Two partitions of different tuples have no meet, join or coarsening. */
  | { readonly _tag: 'DifferentParameters'; readonly message: string }
  | { readonly _tag: 'NotARefinement'; readonly message: string; readonly group: string }
  /** A vector or matrix over groups that is not of their number, or holds a NaN or an infinity. */
  | { readonly _tag: 'InvalidValues'; readonly message: string }
  | { readonly _tag: 'NotPositiveDefinite'; readonly message: string };
