/** Import of CenterCropPad (opset 18): the lengths of some axes, or of all. */

import { centerCropPad } from '../../ops/centerCropPad.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer } from '../importer.js';

export const centerCropPadImporter: Importer = (n) => {
  const x = n.input(0);
  const wanted = n.dims(1) ?? n.fail('needs its target shape');
  const axes = (n.ints('axes') ?? x.shape.map((_, i) => i)).map((axis) =>
    normalizeAxis(n.opType, axis, x.shape.length),
  );
  if (wanted.length !== axes.length) return n.fail(`has ${wanted.length} lengths for ${axes.length} axes`);
  return [
    centerCropPad(
      x,
      x.shape.map((d, i) => (axes.includes(i) ? wanted[axes.indexOf(i)]! : d)),
    ),
  ];
};
