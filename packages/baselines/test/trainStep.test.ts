import * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import {
  adahessian,
  adam,
  chain,
  clipByKL,
  constantRate,
  type Direction,
  lineSearch,
  momentum,
  nesterov,
  perGroupRates,
  type StepRule,
  sgd,
  trainStep,
} from '../src/index.js';
import { initialValues, runStep } from './trajectory.js';

const w = G.input('w', [2, 3], 'float64');
const b = G.input('b', [3], 'float64');
const x = G.input('x', ['N', 2], 'float64');
const y = G.input('y', ['N', 3], 'float64');
const loss = G.meanSquaredError(G.add(G.matmul(x, w), b), y);
const parameters = [w, b];

const values = {
  w: { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) },
  b: { shape: [3], data: Float64Array.of(1, -1, 0.5) },
  x: { shape: [2, 2], data: Float64Array.of(1, 0.5, -1, 2) },
  y: { shape: [2, 3], data: Float64Array.of(0, 1, 0, 1, 0, 0) },
};

const namesOf = (graph: G.Graph) => ({
  inputs: graph.inputs.map((i) => i.attributes.name),
  outputs: graph.outputs.map((o) => o.name),
});

describe('the graph of a step', () => {
  it('takes parameters, state, step, batch and hyperparameters; gives loss and all that is carried', () => {
    expect(namesOf(trainStep({ loss, parameters, direction: momentum(), rule: constantRate() }))).toEqual({
      inputs: ['w', 'b', 'state.momentum.w', 'state.momentum.b', 'step', 'x', 'y', 'rate'],
      outputs: ['loss', 'next.w', 'next.b', 'next.state.momentum.w', 'next.state.momentum.b', 'next.step'],
    });
  });

  it('gives back every carried input as next.NAME with its type and shape', () => {
    const graph = trainStep({ loss, parameters, direction: adam(), rule: constantRate() });
    const carried = graph.inputs.filter((i) => !['x', 'y', 'rate'].includes(i.attributes.name));
    expect(carried).toHaveLength(9);
    for (const { attributes } of carried) {
      const next = G.outputNamed(`next.${attributes.name}`)(graph);
      expect(next, attributes.name).toMatchObject({ dtype: attributes.dtype, shape: attributes.shape });
    }
  });

  it('starts its state at zeros and counts steps', () => {
    const graph = trainStep({ loss, parameters, direction: momentum(), rule: constantRate() });
    expect([...graph.initializers.keys()]).toEqual(['state.momentum.w', 'state.momentum.b', 'step']);
    expect(graph.initializers.get('state.momentum.w')).toEqual(G.tensor([0, 0, 0, 0, 0, 0], [2, 3], 'float64'));
    const after = G.evaluate([G.outputNamed('next.step')(graph)!], { step: { shape: [], data: Float64Array.of(7) } });
    expect(after[0]!.data[0]).toBe(8);
  });

  it('is the same function after a round trip through ONNX', () => {
    const graph = trainStep({ loss, parameters, direction: adam(), rule: constantRate() });
    const decoded = G.decode(G.encode(graph));
    if (decoded._tag === 'Left') throw new Error(decoded.left.message);
    expect(namesOf(decoded.right)).toEqual(namesOf(graph));
    const fed = { ...initialValues(graph), ...values, rate: { shape: [], data: Float64Array.of(0.1) } };
    const before = runStep(graph, fed);
    const after = runStep(decoded.right, fed);
    for (const [name, { data }] of Object.entries(before)) {
      data.forEach((value, i) => {
        expect(after[name]!.data[i], name).toBeCloseTo(value, 12);
      });
    }
  });
});

describe('rates of groups', () => {
  const step = (rule: StepRule, rates: Record<string, G.Value>) => {
    const graph = trainStep({ loss, parameters, direction: sgd(), rule });
    return runStep(graph, { ...initialValues(graph), ...values, ...rates });
  };
  const rates = (...data: number[]) => ({ rates: { shape: [data.length], data: Float64Array.from(data) } });
  const rate = (value: number) => ({ rate: { shape: [], data: Float64Array.of(value) } });

  it('that are equal are one rate', () => {
    const grouped = step(perGroupRates([['b'], ['w']]), rates(0.25, 0.25));
    const plain = step(constantRate(), rate(0.25));
    expect(grouped['next.w']).toEqual(plain['next.w']);
    expect(grouped['next.b']).toEqual(plain['next.b']);
  });

  it('each move their own parameters', () => {
    const grouped = step(perGroupRates([['b'], ['w']]), rates(0.5, 0));
    expect(grouped['next.w']!.data).toEqual(values.w.data);
    expect(grouped['next.b']).toEqual(step(constantRate(), rate(0.5))['next.b']);
  });

  it.each([
    [[['w']], /parameter "b" is in 0 groups; each must be in exactly one/],
    [[['w', 'b'], ['b']], /parameter "b" is in 2 groups/],
    [[['w', 'b', 'c']], /a group names "c", which is no parameter; the parameters are w, b/],
  ])('refuse %j', (groups, message) => {
    expect(() => trainStep({ loss, parameters, direction: sgd(), rule: perGroupRates(groups) })).toThrow(message);
  });
});

describe('what a step refuses', () => {
  const build = (changed: Partial<Parameters<typeof trainStep>[0]>) => () =>
    trainStep({ loss, parameters, direction: momentum(), rule: constantRate(), ...changed });

  describe('a loss that reads an input which the step itself makes: one input would be two things', () => {
    const rules = [constantRate(), perGroupRates([['w'], ['b']]), lineSearch({ largest: 1 })];
    const directions = [sgd(), momentum(), adam(), adahessian(), chain(clipByKL({ largest: 1 }), nesterov())];
    const reading = (i: G.Input) => ({ loss: G.add(loss, G.mean(i)) });

    it('whichever it is, of any direction and rule', () => {
      for (const rule of rules) {
        for (const direction of directions) {
          const own = build({ rule, direction })().inputs.filter((i) => ![...parameters, x, y].includes(i));
          expect(own).toContain(G.input('step', [], 'float64'));
          for (const i of own) {
            const changed = build({ ...reading(i), rule, direction });
            expect(changed, i.attributes.name).toThrow(G.GraphError);
            expect(changed).toThrow(`the loss reads "${i.attributes.name}", which is `);
          }
        }
      }
    });

    it.each<[string, Partial<Parameters<typeof trainStep>[0]>]>([
      ['"step", which is the step counter', reading(G.input('step', [], 'float64'))],
      ['"rate", which is a hyperparameter of constantRate', reading(G.input('rate', [], 'float64'))],
      [
        '"state.momentum.b", which is part of the state of momentum',
        reading(G.input('state.momentum.b', [3], 'float64')),
      ],
      [
        '"probe.b", which is an input of adahessian',
        { ...reading(G.input('probe.b', [3], 'float64')), direction: adahessian() },
      ],
    ])('%s', (what, changed) => {
      expect(build(changed)).toThrow(`trainStep: the loss reads ${what}; give the loss's input another name`);
    });

    it('also where it is a parameter', () => {
      const rate = G.input('rate', [], 'float64');
      expect(build({ ...reading(rate), parameters: [w, b, rate] })).toThrow('the loss reads "rate"');
    });

    it('but not what has a name of its own', () => {
      const scale = G.input('scale', [], 'float64');
      expect(build(reading(scale))().inputs).toContain(scale);
    });
  });

  it('a loss that is not a scalar', () => {
    expect(build({ loss: G.square(w) })).toThrow(/loss must be a floating-point scalar/);
  });
  it('parameters of two types, or none', () => {
    expect(build({ parameters: [w, G.input('half', [3], 'float32')] })).toThrow(/types \[float64, float32\]/);
    expect(build({ parameters: [] })).toThrow('trainStep: there are no parameters to train; give at least one');
    expect(build({ parameters: [w, w] })).toThrow('trainStep: parameter "w" is given twice; give it once');
  });
  it('a parameter of unknown size', () => {
    expect(build({ parameters: [w, G.input('v', ['M'], 'float64')] })).toThrow(/"v" has the symbolic shape \[M\]/);
  });
  it('a direction that forgets its state', () => {
    const forgetful: Direction = { ...momentum(), update: ({ gradients }) => ({ direction: gradients, state: {} }) };
    expect(build({ direction: forgetful })).toThrow(/gives no "momentum.w", which its init carries/);
  });
});
