/** What can be wrong with the data handed to a figure or report. */

/** There is nothing to draw: no group, no run, no point. */
export interface Empty {
  readonly _tag: 'Empty';
  readonly field: string;
  readonly message: string;
}

/** Two lengths that must agree do not. */
export interface ShapeMismatch {
  readonly _tag: 'ShapeMismatch';
  readonly field: string;
  readonly message: string;
}

/** A size, a bound or a theme that no figure can have. */
export interface OutOfRange {
  readonly _tag: 'OutOfRange';
  readonly field: string;
  readonly message: string;
}

/** What cannot be drawn, and the field that is to blame. */
export type ReportError = Empty | ShapeMismatch | OutOfRange;

export const empty = (field: string, cure: string): Empty => ({
  _tag: 'Empty',
  field,
  message: `${field} is empty; ${cure}.`,
});

export const shapeMismatch = (field: string, got: number, want: number, per: string): ShapeMismatch => ({
  _tag: 'ShapeMismatch',
  field,
  message: `${field} has ${got} entries where ${want} are needed; give one per ${per}.`,
});

export const outOfRange = (field: string, value: number, range: string): OutOfRange => ({
  _tag: 'OutOfRange',
  field,
  message: `${field} is ${value}; give a number ${range}.`,
});

export const unknownTheme = (theme: string): OutOfRange => ({
  _tag: 'OutOfRange',
  field: 'theme',
  message: `theme is ${JSON.stringify(theme)}; give "light", "dark" or "auto".`,
});
