import { GraphError } from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gpt,
  type Initializer,
  initialize,
  initializers,
  type Model,
  mlp,
  ntkScaling,
  type ParameterSpec,
  resnet18,
  vgg11,
} from '../src/index.js';
import { dot, sizeOf } from './tiny.js';

const { byKind, fanInNormal, filled, glorotNormal, glorotUniform, heNormal, heUniform, orthogonal, scaled } =
  initializers;

const weightOf = (shape: readonly number[], fanIn: number, fanOut: number): ParameterSpec => ({
  name: 'layer.weight',
  shape,
  kind: 'weight',
  fanIn,
  fanOut,
  initializer: initializers.zeros,
});

/** Moments of n numbers against a law's, in units of their standard errors. */
const errors = (data: Float64Array, variance: number, kurtosis: number) => {
  const n = data.length;
  const mean = data.reduce((a, b) => a + b, 0) / n;
  const square = dot(data, data) / n;
  return {
    mean: mean / Math.sqrt(variance / n),
    variance: (square / variance - 1) / Math.sqrt((kurtosis - 1) / n),
  };
};

const NORMAL_KURTOSIS = 3;
const UNIFORM_KURTOSIS = 1.8;

describe('weights have mean 0 and the variance that their scheme says', () => {
  const parameter = weightOf([200, 100, 3, 3], 900, 1800);
  it.each([
    ['fanInNormal', fanInNormal(), 1 / 900, NORMAL_KURTOSIS],
    ['fanInNormal, gain 3', fanInNormal(3), 9 / 900, NORMAL_KURTOSIS],
    ['glorotNormal', glorotNormal(), 2 / 2700, NORMAL_KURTOSIS],
    ['glorotUniform, gain 2', glorotUniform(2), 8 / 2700, UNIFORM_KURTOSIS],
    ['heNormal', heNormal(), 2 / 900, NORMAL_KURTOSIS],
    ['heNormal, fan out', heNormal({ fan: 'out' }), 2 / 1800, NORMAL_KURTOSIS],
    ['heUniform', heUniform(), 2 / 900, UNIFORM_KURTOSIS],
    ['normal', initializers.normal(0.02), 0.02 ** 2, NORMAL_KURTOSIS],
    ['uniform', initializers.uniform(0.3), 0.3 ** 2 / 3, UNIFORM_KURTOSIS],
    ['pytorchDefault', initializers.pytorchDefault, 1 / 2700, UNIFORM_KURTOSIS],
    ['scaled', scaled(5)(heNormal()), 50 / 900, NORMAL_KURTOSIS],
    ['orthogonal', orthogonal(), 1 / 900, NORMAL_KURTOSIS],
  ] as const)('%s', (_, initializer, variance, kurtosis) => {
    for (const seed of [1, 2, 3]) {
      const data = initializer(parameter, [seed]);
      expect(data).toHaveLength(sizeOf(parameter.shape));
      for (const [what, z] of Object.entries(errors(data, variance, kurtosis))) {
        expect(Math.abs(z), `${what}, seed ${seed}`).toBeLessThan(5);
      }
    }
  });

  it.each([heNormal, heUniform])('refuses a fan that there is not', (he) => {
    expect(() => he({ fan: 'both' as never })).toThrow(/fan is "both"; it must be "in" or "out"/);
  });

  it.each([
    ['glorotUniform', glorotUniform(), Math.sqrt(6 / 2700)],
    ['heUniform, fan out', heUniform({ fan: 'out' }), Math.sqrt(6 / 1800)],
    ['pytorchDefault', initializers.pytorchDefault, 1 / 30],
  ] as const)('%s fills its interval to the bounds and no further', (_, initializer, bound) => {
    const data = initializer(parameter, [4]);
    const [lowest, highest] = data.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [0, 0]);
    expect(highest).toBeLessThan(bound);
    expect(highest).toBeGreaterThan(0.999 * bound);
    expect(lowest).toBeGreaterThanOrEqual(-bound);
    expect(lowest).toBeLessThan(-0.999 * bound);
  });
});

describe('orthogonal weights', () => {
  const shapes = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.constant(2), fc.constant(3)),
  );

  it('are gain times orthonormal rows, or columns where there are fewer of them', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.double({ min: 0.1, max: 3, noNaN: true }), (shape, seed, gain) => {
        const matrix = orthogonal(gain)(weightOf(shape, 1, 1), [seed]);
        const [out, rest] = [shape[0], sizeOf(shape.slice(1))];
        const vector = (k: number): Float64Array =>
          out <= rest
            ? matrix.slice(k * rest, (k + 1) * rest)
            : Float64Array.from({ length: out }, (_, i) => matrix[i * rest + k]!);
        const count = Math.min(out, rest);
        for (let i = 0; i < count; i++) {
          for (let j = 0; j <= i; j++) {
            expect(dot(vector(i), vector(j))).toBeCloseTo(i === j ? gain ** 2 : 0, 12);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('have no preferred direction: each entry has mean 0 and mean square 1/columns, and determinants both signs', () => {
    const draws = 20_000;
    const [rows, columns] = [2, 3];
    const sums = new Float64Array(rows * columns);
    const squares = new Float64Array(rows * columns);
    let positive = 0;
    for (let seed = 0; seed < draws; seed++) {
      const wide = orthogonal()(weightOf([rows, columns], 1, 1), [seed]);
      wide.forEach((v, i) => {
        sums[i]! += v;
        squares[i]! += v * v;
      });
      const [a, b, c, d] = orthogonal()(weightOf([2, 2], 1, 1), [seed]) as unknown as [number, number, number, number];
      if (a * d - b * c > 0) positive++;
    }
    // Var v² = E v⁴ − 1/9 with E v⁴ = 3/(n(n + 2)) = 1/5 on the sphere in n = 3 dimensions.
    for (let i = 0; i < sums.length; i++) {
      expect(Math.abs(sums[i]!) / Math.sqrt(draws / columns), `mean ${i}`).toBeLessThan(5);
      expect(Math.abs(squares[i]! - draws / columns) / Math.sqrt(draws * (1 / 5 - 1 / 9)), `square ${i}`).toBeLessThan(
        5,
      );
    }
    expect(Math.abs(positive - draws / 2) / Math.sqrt(draws / 4)).toBeLessThan(5);
  });

  it('are refused for vectors, with the cure', () => {
    expect(() =>
      initialize(mlp({ sizes: [2, 2], activation: 'tanh' }), { seed: 1, initializer: orthogonal() }),
    ).toThrow(
      'orthogonal: parameter "0.bias" [2] is no matrix; initialize it otherwise, as in byKind({ weight: orthogonal() })',
    );
  });
});

const valuesOf = ({ parameters }: Model, name: string, initializer?: Initializer): Float64Array => {
  const only = { parameters: parameters.filter((p) => p.name === name) };
  const values = initialize(only, { seed: 5, dtype: 'float64', ...(initializer && { initializer }) });
  return values.get(name)!.data as Float64Array;
};

const deviation = (data: Float64Array): number => Math.sqrt(dot(data, data) / data.length);

describe('composition', () => {
  const model = gpt({ blocks: 1, width: 32, context: 16 });

  it('byKind replaces the kinds that it names and leaves the others as the model has them', () => {
    const initializer = byKind({ weight: filled(3), shift: filled(-1) });
    expect(new Set(valuesOf(model, 'h.0.mlp.c_fc.weight', initializer))).toEqual(new Set([3]));
    expect(new Set(valuesOf(model, 'h.0.ln_1.bias', initializer))).toEqual(new Set([-1]));
    for (const name of ['h.0.ln_1.weight', 'h.0.mlp.c_fc.bias', 'wte.weight']) {
      expect(valuesOf(model, name, initializer)).toEqual(valuesOf(model, name));
    }
  });

  it('byKind takes what else to do', () => {
    const initializer = byKind({ weight: filled(3) }, initializers.zeros);
    expect(new Set(valuesOf(model, 'wte.weight', initializer))).toEqual(new Set([0]));
  });

  it('an initializer is a function: one may look at names', () => {
    const initializer: Initializer = (parameter, key) =>
      (parameter.name.startsWith('wpe') ? initializers.zeros : initializers.own)(parameter, key);
    expect(new Set(valuesOf(model, 'wpe.weight', initializer))).toEqual(new Set([0]));
    expect(valuesOf(model, 'wte.weight', initializer)).toEqual(valuesOf(model, 'wte.weight'));
  });

  it('a parameter’s numbers do not depend on the layers around it', () => {
    const deeper = gpt({ blocks: 2, width: 32, context: 16 });
    expect(valuesOf(deeper, 'h.0.mlp.c_fc.weight')).toEqual(valuesOf(model, 'h.0.mlp.c_fc.weight'));
    expect(valuesOf(deeper, 'h.1.mlp.c_fc.weight')).not.toEqual(valuesOf(deeper, 'h.0.mlp.c_fc.weight'));
  });
});

describe('what the models start from', () => {
  it('VGG-11′: N(0, 2/fan_in)', () => {
    expect(deviation(valuesOf(vgg11(), 'conv5.weight')) / Math.sqrt(2 / (256 * 9))).toBeCloseTo(1, 2);
  });

  it('ResNet-18: kernels N(0, 2/fan_out), normalisations 1 and 0, the last layer uniform within 1/√fan_in', () => {
    const model = resnet18({ stem: 'cifar' });
    expect(deviation(valuesOf(model, 'layer3.0.conv1.weight')) / Math.sqrt(2 / (256 * 9))).toBeCloseTo(1, 2);
    expect(new Set(valuesOf(model, 'bn1.weight'))).toEqual(new Set([1]));
    expect(new Set(valuesOf(model, 'bn1.bias'))).toEqual(new Set([0]));
    expect(Math.max(...valuesOf(model, 'fc.weight'))).toBeLessThan(1 / Math.sqrt(512));
    expect(deviation(valuesOf(model, 'fc.bias'))).toBeGreaterThan(0);
  });

  it('GPT: N(0, 0.02²); GPT-2’s layout divides what joins the branches by √(2·blocks)', () => {
    expect(deviation(valuesOf(gpt(), 'h.0.mlp.c_proj.weight')) / 0.02).toBeCloseTo(1, 2);
    const before = gpt({ normalize: 'before' });
    expect(deviation(valuesOf(before, 'h.0.mlp.c_proj.weight')) / (0.02 / Math.sqrt(8))).toBeCloseTo(1, 2);
    expect(deviation(valuesOf(before, 'h.0.mlp.c_fc.weight')) / 0.02).toBeCloseTo(1, 2);
  });

  it('in the NTK parameterisation weights are the same numbers times √fan_in, the rest the same', () => {
    const model = gpt({ blocks: 1, width: 32, context: 16 });
    for (const { name, kind, fanIn } of model.parameters) {
      const factor = kind === 'weight' ? Math.sqrt(fanIn) : 1;
      expect(valuesOf(ntkScaling(model), name)).toEqual(valuesOf(model, name).map((v) => factor * v));
    }
  });
});

describe('an initializer', () => {
  const sized = {
    fanInNormal,
    glorotNormal,
    glorotUniform,
    orthogonal,
    normal: initializers.normal,
    uniform: initializers.uniform,
  };
  const cases = Object.entries({ ...sized, filled, scaled });

  it.each(cases)('of a number that is not finite is refused where it is made: %s', (name, make) => {
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => make(number)).toThrow(GraphError);
      expect(() => make(number)).toThrow(new RegExp(`^${name}: \\w+ is ${number}; it must be a finite number`));
    }
  });

  it.each(Object.entries(sized))('of a negative size is refused where it is made: %s', (_, make) => {
    expect(() => make(-1)).toThrow(/ is -1; it must be a finite number, 0 or more$/);
  });
});
