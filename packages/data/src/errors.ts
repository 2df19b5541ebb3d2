/** What can be wrong with data, as values. */

/** A file or folder that is not there. */
export interface FileNotFound {
  readonly _tag: 'FileNotFound';
  readonly path: string;
  readonly message: string;
}

/** A file that is there and cannot be read or written: permissions, a folder where a file is wanted, a full disk. */
export interface FileFailure {
  readonly _tag: 'FileFailure';
  readonly path: string;
  /** The system's name for it, such as ENOSPC; empty where it gives none. */
  readonly code: string;
  readonly message: string;
}

/** Bytes that are not of the format they are read as. `found` says what is there instead. */
export interface WrongFormat {
  readonly _tag: 'WrongFormat';
  readonly source: string;
  readonly found: string;
  readonly message: string;
}

/** Fewer (or more) bytes than the header announces. */
export interface WrongLength {
  readonly _tag: 'WrongLength';
  readonly source: string;
  readonly expected: number;
  readonly found: number;
  readonly message: string;
}

/** An element type that hograd does not hold, or that has no meaning where it stands. */
export interface UnsupportedType {
  readonly _tag: 'UnsupportedType';
  readonly source: string;
  readonly found: string;
  readonly message: string;
}

/** An archive without an array that is needed. */
export interface MissingArray {
  readonly _tag: 'MissingArray';
  readonly source: string;
  readonly name: string;
  readonly message: string;
}

/** A class label outside 0 … classes − 1, or one that no number of classes would hold. */
export interface LabelOutOfRange {
  readonly _tag: 'LabelOutOfRange';
  readonly index: number;
  readonly value: bigint;
  readonly message: string;
}

/** A NaN or an infinity among the data. `index` counts elements in row-major order. */
export interface NotFinite {
  readonly _tag: 'NotFinite';
  readonly array: string;
  readonly index: number;
  readonly value: number;
  readonly message: string;
}

/** Two shapes or counts that must agree do not. */
export interface ShapeMismatch {
  readonly _tag: 'ShapeMismatch';
  readonly message: string;
}

/** An option outside its range, or a state that belongs to another sampler. */
export interface InvalidOption {
  readonly _tag: 'InvalidOption';
  readonly option: string;
  readonly message: string;
}

/** Every case carries a one-line `message` that names what is wrong and what to do. */
export type DataError =
  | FileNotFound
  | FileFailure
  | WrongFormat
  | WrongLength
  | UnsupportedType
  | MissingArray
  | LabelOutOfRange
  | NotFinite
  | ShapeMismatch
  | InvalidOption;

export const wrongFormat = (source: string, wanted: string, found: string, cure: string): WrongFormat => ({
  _tag: 'WrongFormat',
  source,
  found,
  message: `${source} is not ${wanted}: found ${found}; ${cure}`,
});

export const wrongLength = (source: string, expected: number, found: number, what = 'bytes'): WrongLength => ({
  _tag: 'WrongLength',
  source,
  expected,
  found,
  message:
    found < expected
      ? `${source} is truncated: ${found} ${what} where its header announces ${expected}; fetch or write it again`
      : `${source} has ${found} ${what} where its header announces ${expected}; fetch or write it again`,
});

export const unsupportedType = (source: string, found: string, cure: string): UnsupportedType => ({
  _tag: 'UnsupportedType',
  source,
  found,
  message: `${source}: element type ${found} is not supported here; ${cure}`,
});

export const shapeMismatch = (message: string): ShapeMismatch => ({ _tag: 'ShapeMismatch', message });

export const invalidOption = (option: string, message: string): InvalidOption => ({
  _tag: 'InvalidOption',
  option,
  message,
});

export const invalidSeed = (seed: number | null): InvalidOption =>
  invalidOption('seed', `seed is ${seed}; give a whole number between -2^53 and 2^53`);

export const labelOutOfRange = (index: number, value: bigint, why: string): LabelOutOfRange => ({
  _tag: 'LabelOutOfRange',
  index,
  value,
  message: `label ${index} is ${value}, ${why}`,
});

/** The error with the file or folder it was found in before its message. */
export const inSource =
  (source: string) =>
  <F extends DataError>(error: F): F => ({ ...error, message: `${source}: ${error.message}` });
