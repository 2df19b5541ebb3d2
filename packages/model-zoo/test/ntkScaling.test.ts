import { describe, expect, it } from 'vitest';
import { initialize, lossGraph, type Model, ntkScaling } from '../src/index.js';
import { batchFor, evaluated, tinyModels } from './tiny.js';

const outputs = (model: Model): Float64Array => {
  const values = [...initialize(model, { seed: 2, dtype: 'float64' })].map(([name, { shape, data }]) => [
    name,
    { shape, data: data as Float64Array },
  ]);
  return evaluated(lossGraph(model, { dtype: 'float64' }), { ...Object.fromEntries(values), ...batchFor(model, 3) })
    .output!.data;
};

describe('NTK scaling', () => {
  it.each(Object.entries(tinyModels))('%s computes the same function at the start', (_, model) => {
    const [plain, scaled] = [outputs(model), outputs(ntkScaling(model))];
    plain.forEach((value, i) => {
      expect(scaled[i]).toBeCloseTo(value, 12);
    });
  });
});
