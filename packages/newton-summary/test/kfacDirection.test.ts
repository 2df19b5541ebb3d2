import { chain, constantRate, kfac, momentum, trainStep } from '@hograd/baselines';
import { describe, expect, it } from 'vitest';
import { descend, distance, numbersOf } from './descent.js';
import { perceptron, run, valuesOf } from './perceptron.js';

const STEPS = 12;
const options = { lambda1: 1, lambdaInt: 1, etaDecay: 0 };
const along = () => chain(kfac({ damping: 0.1, iterations: 30 }), momentum({ beta: 0.5, dampening: 0.5 }));

describe('NewtonSummary along K-FAC’s direction', () => {
  const problem = perceptron({ examples: 60, seed: 5, direction: along() });
  const positions = descend({ ...problem, direction: along() }, options, STEPS);

  it('is along what a training step of K-FAC moves by', () => {
    const { loss, parameters, start, batch } = problem;
    const step = trainStep({ loss, parameters, direction: along(), rule: constantRate() });
    const zeros = valuesOf(step.initializers);
    const moved = run(step, { ...start, ...zeros, ...batch, rate: { shape: [], data: Float64Array.of(1) } });
    const directions = Object.keys(positions[1]!.along!).filter((name) => name.startsWith('direction.'));
    expect(directions).toHaveLength(parameters.length);
    for (const { attributes } of parameters) {
      const { name } = attributes;
      const [from, to] = [start[name]!.data, moved[`next.${name}`]!.data];
      const walked = Array.from(from as Float64Array, (x, i) => x - (to[i] as number));
      expect(distance(positions[1]!.along![`direction.${name}`]!.data as Float64Array, walked)).toBeLessThan(1e-12);
    }
  });

  it('moves each group along it by its own rate', () => {
    const { parameters, partition } = problem;
    const [{ parameters: before }, { parameters: after, rates, along: u }] = [positions[4]!, positions[5]!];
    expect(new Set(rates).size).toBe(partition.groups.length);
    for (const { attributes } of parameters) {
      const { name } = attributes;
      const group = partition.groups.findIndex(({ members }) => members.some(({ parameter }) => parameter === name));
      const expected = Array.from(
        before[name]!.data as Float64Array,
        (x, i) => x - rates![group]! * (u![`direction.${name}`]!.data[i] as number),
      );
      expect(distance(after[name]!.data as Float64Array, expected)).toBeLessThan(1e-14);
    }
    expect(numbersOf(after)).not.toEqual(numbersOf(before));
  });

  it('lowers the loss at every step, further than along the gradient', () => {
    const losses = positions.map(({ loss }) => loss);
    losses.slice(1).forEach((loss, t) => {
      expect(loss).toBeLessThan(losses[t]!);
    });
    const plain = perceptron({ examples: 60, seed: 5 });
    expect(losses.at(-1)).toBeLessThan(descend(plain, options, STEPS).at(-1)!.loss);
  });
});
