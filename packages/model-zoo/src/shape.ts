/** When two shapes are one. */

import type { Shape } from '@hograd/graph-builder';

/** The same dimensions in the same order; nothing broadcasts. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);
