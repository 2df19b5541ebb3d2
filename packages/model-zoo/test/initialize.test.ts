import { describe, expect, it } from 'vitest';
import { initialize, mlp, paperMlp } from '../src/index.js';

const sizes = [400, 300, 10];

/** Mean, variance and share within one standard deviation, in units of the standard errors of n normal numbers. */
const deviations = (data: Float64Array, sigma: number) => {
  const n = data.length;
  const moment = (f: (z: number) => number) => data.reduce((sum, v) => sum + f(v / sigma), 0) / n;
  const within = 0.682689492137;
  return {
    mean: moment((z) => z) * Math.sqrt(n),
    variance: (moment((z) => z * z) - 1) * Math.sqrt(n / 2),
    share: (moment((z) => (Math.abs(z) < 1 ? 1 : 0)) - within) * Math.sqrt(n / (within * (1 - within))),
    kurtosis: (moment((z) => z ** 4) - 3) * Math.sqrt(n / 96),
  };
};

describe('initial weights', () => {
  it.each([
    ['tanh', 'standard', undefined, 1 / Math.sqrt(400), 1 / Math.sqrt(300)],
    ['elu', 'standard', undefined, Math.sqrt(2 / 400), Math.sqrt(2 / 300)],
    ['tanh', 'standard', 3, 3 / Math.sqrt(400), 3 / Math.sqrt(300)],
    ['elu', 'ntk', undefined, Math.SQRT2, Math.SQRT2],
    ['tanh', 'ntk', 0.5, 0.5, 0.5],
  ] as const)(
    '%s, %s, σ %s: normal with the variance that the paper says',
    (activation, scaling, sigma, first, second) => {
      const model = mlp({ sizes, activation, scaling, ...(sigma && { sigma }) });
      for (const seed of [1, 2, 571677914]) {
        const values = initialize(model, { seed, dtype: 'float64' });
        [first, second].forEach((sigma, layer) => {
          for (const [what, z] of Object.entries(
            deviations(values.get(`${layer}.weight`)!.data as Float64Array, sigma),
          )) {
            expect(Math.abs(z), `${what} of layer ${layer}, seed ${seed}`).toBeLessThan(5);
          }
        });
      }
    },
  );

  it('of neighbouring seeds and layers are unrelated', () => {
    const model = mlp({ sizes: [300, 300, 300], activation: 'tanh' });
    const [a, b] = [7, 8].map((seed) => initialize(model, { seed, dtype: 'float64' }));
    // Variance 1/300 each: in units of its standard error √n/300 with n = 300², the inner product is itself.
    const correlation = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
    const weight = (values: typeof a, layer: number) => values!.get(`${layer}.weight`)!.data as Float64Array;
    for (const [x, y] of [
      [weight(a, 0), weight(b, 0)],
      [weight(a, 0), weight(a, 1)],
    ] as const) {
      expect(Math.abs(correlation(x, y))).toBeLessThan(5);
    }
  });
});

describe('initial parameters', () => {
  const model = mlp({ sizes: [5, 4, 3], activation: 'tanh' });

  it('are the model’s, in order, with biases of zero', () => {
    const values = initialize(model, { seed: 3 });
    expect([...values].map(([name, { dtype, shape }]) => ({ name, dtype, shape }))).toEqual(
      model.parameters.map(({ name, shape }) => ({ name, dtype: 'float32', shape })),
    );
    for (const name of ['0.bias', '1.bias']) expect(values.get(name)!.data.every((v) => v === 0)).toBe(true);
  });

  it('depend on the seed and on nothing else', () => {
    expect(initialize(model, { seed: 3 })).toEqual(initialize(model, { seed: 3 }));
    expect(initialize(model, { seed: 3 })).not.toEqual(initialize(model, { seed: 4 }));
  });

  it('in float32 are those of float64, rounded', () => {
    const double = initialize(model, { seed: 3, dtype: 'float64' }).get('0.weight')!.data as Float64Array;
    expect(initialize(model, { seed: 3 }).get('0.weight')!.data).toEqual(Float32Array.from(double));
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])('refuse seed %s', (seed) => {
    expect(() => initialize(model, { seed })).toThrow(/it must be a whole number from 0 to 9007199254740991/);
  });

  it('of the paper’s MLP take a seed of the paper', () => {
    expect(initialize(paperMlp(), { seed: 571677914 }).get('3.weight')!.shape).toEqual([10, 100]);
  });
});
