/** Grids: options that are lists, as every combination of their values. */

import type { Settings } from '../training/settings.js';

/** Options as a file gives them: a value, or the list of values to search. */
export type GridOptions = Readonly<Record<string, unknown>>;

/**
 * Every combination of one value for each option; the last option varies fastest. An option without values gives
 * none.
 */
export const pointsOf = (options: GridOptions): readonly Settings[] =>
  Object.entries(options).reduce<readonly Settings[]>(
    (points, [name, given]) =>
      points.flatMap((point) => (Array.isArray(given) ? given : [given]).map((value) => ({ ...point, [name]: value }))),
    [{}],
  );

/** The options that a grid varies. */
export const searchedIn = (options: GridOptions): readonly string[] =>
  Object.entries(options).flatMap(([name, given]) => (Array.isArray(given) && given.length > 1 ? [name] : []));

const valueText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** `lr 0.001, beta1 0.9`: some of a point's options, as a person reads them. */
export const settingsText = (settings: Settings, names: readonly string[] = Object.keys(settings)): string =>
  names.map((name) => `${name} ${valueText(settings[name])}`).join(', ');
