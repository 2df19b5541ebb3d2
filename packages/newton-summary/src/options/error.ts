/** What can be wrong with options. */

/** An option that makes no sense; `option` names it and `message` says what it must be. */
export type OptionsError =
  /** A value that the option does not take. */
  | { readonly _tag: 'InvalidOption'; readonly message: string; readonly option: string }
  /** No option has that name. */
  | { readonly _tag: 'UnknownOption'; readonly message: string; readonly option: string }
  /** Beside the others the option would do nothing. */
  | { readonly _tag: 'DoesNotApply'; readonly message: string; readonly option: string };

/** JSON, but for the numbers that JSON does not know. */
const show = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));

/** `wanted` ends the sentence "OPTION is VALUE; it must be …". */
export const invalid = (option: string, wanted: string, value: unknown): OptionsError => ({
  _tag: 'InvalidOption',
  message: `${option} is ${show(value)}; it must be ${wanted}`,
  option,
});

export const doesNotApply = (option: string, message: string): OptionsError => ({
  _tag: 'DoesNotApply',
  message,
  option,
});
