import * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { lossGraph } from '../src/index.js';
import { batchFor, parameterValues, sequence, sizeOf, tinyModels } from './tiny.js';

/** Groups spread over the model: enough to reach every kind of layer, few enough for the entry-by-entry engine. */
const GROUPS = 8;

describe('ḡ, H̄ and D3 by stacked tangents are those computed entry by entry, for', () => {
  it.each(Object.entries(tinyModels))('%s', (_, model) => {
    const graph = lossGraph(model, { dtype: 'float64' });
    const step = Math.ceil(model.parameters.length / GROUPS);
    const chosen = model.parameters.filter((_, i) => i % step === 0);
    const directions = Object.fromEntries(
      chosen.map(({ name, shape }, i) => [`u.${name}`, { shape, data: sequence(sizeOf(shape), i + 40) }]),
    );
    const groups: G.Groups = chosen.map(({ name, shape }) => [
      { parameter: G.inputNamed(name)(graph)!, direction: G.input(`u.${name}`, shape, 'float64') },
    ]);
    const values = { ...parameterValues(model), ...batchFor(model, 3), ...directions };
    const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(G.outputNamed('loss')(graph)!, groups, { engine });
      return G.evaluate([gbar, Hbar!, D3!], values);
    });
    generic!.forEach(({ data }, k) => {
      const largest = Math.max(...data.map(Math.abs));
      expect(largest).toBeGreaterThan(1e-4);
      data.forEach((value, i) => {
        expect(Math.abs(stacked![k]!.data[i]! - value) / largest).toBeLessThan(1e-10);
      });
    });
  });
});
