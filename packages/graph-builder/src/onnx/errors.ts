/** What can be wrong with an ONNX file, as values. */

import type { Unequal } from '../error.js';

/** A node of a file whose operator is not in the calculus. */
export interface UnsupportedNode {
  readonly name: string;
  /** `Domain.OpType`, or the bare type in the default domain. */
  readonly opType: string;
  /** Do the wanted outputs depend on it? */
  readonly onPath: boolean;
}

/** Every case carries a one-line `message` that names what is wrong and what to do. */
export type DecodeError =
  | { readonly _tag: 'NotOnnx'; readonly message: string }
  | { readonly _tag: 'UnsupportedOperators'; readonly message: string; readonly nodes: readonly UnsupportedNode[] }
  | { readonly _tag: 'UnsupportedFeature'; readonly message: string }
  | { readonly _tag: 'InvalidNode'; readonly message: string; readonly node: string }
  | { readonly _tag: 'UndefinedValue'; readonly message: string; readonly value: string }
  | { readonly _tag: 'DuplicateName'; readonly message: string; readonly value: string }
  | { readonly _tag: 'InvalidTensor'; readonly message: string; readonly tensor: string }
  | {
      readonly _tag: 'MissingExternalData';
      readonly message: string;
      readonly tensor: string;
      /** The file's name as the model writes it. */
      readonly location: string;
    };

/** Carries a DecodeError out of the nested calls of the importer; caught at the decoder's border. */
export class DecodeFailure extends Error {
  override readonly name = 'DecodeFailure';
  readonly error: DecodeError;
  /** The lengths that would have to be one, where it is about two of them. */
  readonly unequal: Unequal | undefined;
  constructor(error: DecodeError, unequal?: Unequal) {
    super(error.message);
    this.error = error;
    this.unequal = unequal;
  }
}
