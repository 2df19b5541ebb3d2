import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alternate,
  blocks,
  byDepth,
  byKind,
  byLayer,
  byModulePrefix,
  byNamePattern,
  canonical,
  discrete,
  equal,
  groupIds,
  indicator,
  layers,
  type ParameterShape,
  type Partition,
  partitionFromSpec,
  refines,
  SPECS,
  trivial,
  weightsBiases,
} from '../src/index.js';
import { get, refusal, tuple } from './arbitrary.js';

/** A chain of `count` linear layers, as PyTorch names them in a Sequential with activations between. */
const chain = (count: number): readonly ParameterShape[] =>
  Array.from({ length: count }, (_, l) => [
    { name: `${2 * l}.weight`, shape: [3, 2] },
    { name: `${2 * l}.bias`, shape: [3] },
  ]).flat();

const listed = ({ groups }: Partition): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(groups.map(({ name, members }) => [name, members.map(({ parameter }) => parameter)]));

const total = (parameters: readonly ParameterShape[]): number =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe('every constructor', () => {
  it('puts every scalar into exactly one group, and its sizes add up', () => {
    fc.assert(
      fc.property(tuple, fc.constantFrom(...SPECS), (parameters, spec) => {
        const { groups } = get(partitionFromSpec(spec.replace('K', '1'))(parameters));
        expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(total(parameters));
        expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
        const masks = groups.map((group) => indicator({ parameters, groups }, group));
        parameters.forEach((parameter, p) => {
          const parts = masks.map((mask) => mask[p]).filter((mask) => mask !== undefined);
          const sums = new Float64Array(total([parameter]));
          for (const part of parts) for (const i of sums.keys()) sums[i]! += part === 'all' ? 1 : part[i]!;
          expect([...sums]).toEqual([...sums].map(() => 1));
        });
      }),
    );
  });

  it('is ordered as expected: discrete, canonical, layers, depth, trivial', () => {
    const parameters = chain(5);
    const [scalars, tensors] = [get(discrete(parameters)), get(canonical(parameters))];
    const [byTwo, whole] = [get(byDepth(2)(parameters)), get(trivial(parameters))];
    const rising = [scalars, tensors, get(byLayer(parameters)), byTwo, whole];
    expect(rising.slice(1).every((coarser, i) => refines(rising[i]!, coarser))).toBe(true);
    expect(refines(get(blocks(2)(parameters)), byTwo)).toBe(true);
  });

  it('refuses a tuple that cannot be partitioned', () => {
    const x = { name: 'x', shape: [2] };
    expect(refusal(canonical([]))).toEqual({
      _tag: 'NoParameters',
      message: 'there is no parameter to partition; name at least one',
    });
    expect(refusal(trivial([{ name: 'x', shape: [2, 0] }]))).toEqual({
      _tag: 'InvalidParameter',
      parameter: 'x',
      message: 'parameter "x" has shape [2, 0]; every dimension must be a positive integer',
    });
    expect(refusal(discrete([x, x]))).toEqual({
      _tag: 'DuplicateParameter',
      parameter: 'x',
      message: 'two parameters are named "x"; give each its own name',
    });
  });

  it('refuses such a tuple before anything else, whatever number it is asked for', () => {
    const counted = [blocks, alternate, byDepth];
    fc.assert(
      fc.property(
        tuple,
        fc.nat(),
        fc.constantFrom(...counted),
        fc.integer({ min: -1, max: 20 }),
        (own, at, rule, count) => {
          const twice = own[at % own.length]!;
          expect(refusal(rule(count)([...own, twice]))).toMatchObject({
            _tag: 'DuplicateParameter',
            parameter: twice.name,
          });
          expect(refusal(rule(count)([]))._tag).toBe('NoParameters');
        },
      ),
    );
  });
});

describe('blocks', () => {
  it('cuts by layer, not by tensor: 5 layers in 4 blocks are 2, 1, 1, 1, no layer apart from its bias', () => {
    expect(listed(get(blocks(4)(chain(5))))).toEqual({
      'block0.weights': ['0.weight', '2.weight'],
      'block0.biases': ['0.bias', '2.bias'],
      'block1.weights': ['4.weight'],
      'block1.biases': ['4.bias'],
      'block2.weights': ['6.weight'],
      'block2.biases': ['6.bias'],
      'block3.weights': ['8.weight'],
      'block3.biases': ['8.bias'],
    });
  });

  it('makes runs of consecutive layers whose lengths fall by at most one, longer ones first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (count, extra) => {
        const parameters = chain(count + extra - 1);
        const { groups } = get(blocks(count)(parameters));
        expect(groups.length).toBe(2 * count);
        const runs = groups.filter(({ name }) => name.endsWith('weights')).map(({ members }) => members.length);
        expect(runs).toEqual([...runs].sort((a, b) => b - a));
        expect(runs[0]! - runs.at(-1)!).toBeLessThanOrEqual(1);
        const order = groups.flatMap(({ name, members }) => (name.endsWith('weights') ? members : []));
        expect(order.map(({ parameter }) => parameter)).toEqual(
          chain(count + extra - 1)
            .map(({ name }) => name)
            .filter((name) => name.endsWith('weight')),
        );
      }),
    );
  });

  it('of one block is weights-biases, and of as many as there are layers canonical', () => {
    expect(equal(get(blocks(1)(chain(3))), get(weightsBiases(chain(3))))).toBe(true);
    expect(equal(get(blocks(3)(chain(3))), get(canonical(chain(3))))).toBe(true);
  });

  it('refuses a number that does not suit the model', () => {
    expect(refusal(blocks(6)(chain(5)))).toEqual({
      _tag: 'InvalidCount',
      count: 6,
      message: 'blocks:6 needs at least 6 layers, and there are 5; ask for at most blocks:5',
    });
    expect(refusal(alternate(1.5)(chain(5))).message).toBe(
      'alternate:1.5 asks for 1.5 parts; their number must be a positive integer',
    );
  });
});

describe('the other rules', () => {
  it('alternate takes layers in turn', () => {
    expect(listed(get(alternate(2)(chain(3))))).toEqual({
      'turn0.weights': ['0.weight', '4.weight'],
      'turn0.biases': ['0.bias', '4.bias'],
      'turn1.weights': ['2.weight'],
      'turn1.biases': ['2.bias'],
    });
  });

  it('weights-biases goes by name, and by rank where the name says nothing', () => {
    const parameters = [
      { name: 'b1', shape: [4] },
      { name: 'W1', shape: [4, 4] },
      { name: 'norm.weight', shape: [4] },
      { name: 'attention.relative_bias', shape: [4, 4] },
    ];
    expect(listed(get(weightsBiases(parameters)))).toEqual({
      weights: ['W1', 'norm.weight'],
      biases: ['b1', 'attention.relative_bias'],
    });
    expect(listed(get(weightsBiases([{ name: 'a.weight', shape: [2] }])))).toEqual({ weights: ['a.weight'] });
  });

  const transformer = [
    { name: 'wte.weight', shape: [9, 4] },
    { name: 'h.0.ln_1.weight', shape: [4] },
    { name: 'h.0.ln_1.bias', shape: [4] },
    { name: 'h.0.attn.q.weight', shape: [4, 4] },
    { name: 'h.0.attn.q.bias', shape: [4] },
    { name: 'h.1.mlp.weight', shape: [4, 4] },
    { name: 'h.1.mlp.bias', shape: [4] },
  ];

  it('kinds tells embeddings and norms from weights and biases', () => {
    expect(listed(get(byKind(transformer)))).toEqual({
      weights: ['h.0.attn.q.weight', 'h.1.mlp.weight'],
      biases: ['h.0.attn.q.bias', 'h.1.mlp.bias'],
      norms: ['h.0.ln_1.weight', 'h.0.ln_1.bias'],
      embeddings: ['wte.weight'],
    });
  });

  it('kinds tells a norm without a name from its shapes: no other layer has a weight of rank 1', () => {
    const sequential = [
      { name: '0.weight', shape: [4, 3] },
      { name: '0.bias', shape: [4] },
      { name: '1.weight', shape: [4] },
      { name: '1.bias', shape: [4] },
    ];
    expect(listed(get(byKind(sequential))).norms).toEqual(['1.weight', '1.bias']);
  });

  it('prefix groups by the first components of the module path', () => {
    expect(listed(get(byModulePrefix(2)(transformer)))).toEqual({
      wte: ['wte.weight'],
      'h.0': ['h.0.ln_1.weight', 'h.0.ln_1.bias', 'h.0.attn.q.weight', 'h.0.attn.q.bias'],
      'h.1': ['h.1.mlp.weight', 'h.1.mlp.bias'],
    });
    expect(refusal(byModulePrefix(0)(transformer)).message).toBe(
      'a prefix of 0 components is asked for; their number must be a positive integer',
    );
  });

  it('a layer is what shares the module path, or what W1, b1 and fc1_weight, fc1_bias say', () => {
    const names = ['W1', 'b1', 'W2', 'b2', 'fc_weight', 'fc_bias', 'enc/dense/kernel', 'enc/dense/bias', 'weight'];
    const found = layers(names.map((name) => ({ name, shape: [1] })));
    expect(found.map(({ name, parameters }) => [name, parameters.length])).toEqual([
      ['1', 2],
      ['2', 2],
      ['fc', 2],
      ['enc/dense', 2],
      ['(root)', 1],
    ]);
  });

  it('patterns take parameters in turn, also with a global expression', () => {
    const rule = byNamePattern([
      { name: 'biases', pattern: /bias$/g },
      { name: 'first', pattern: '0.' },
      { name: 'rest', pattern: '' },
    ]);
    expect(listed(get(rule(chain(3))))).toEqual({
      biases: ['0.bias', '2.bias', '4.bias'],
      first: ['0.weight'],
      rest: ['2.weight', '4.weight'],
    });
  });

  it('patterns that get nothing or leave something are refused', () => {
    const idle = byNamePattern([
      { name: 'all', pattern: '' },
      { name: 'late', pattern: /bias/ },
    ]);
    expect(refusal(idle(chain(1)))).toEqual({
      _tag: 'EmptyGroup',
      group: 'late',
      message:
        'the pattern /bias/ of group "late" gets no parameter: none matches it that an earlier pattern has not taken; correct or remove it',
    });
    expect(refusal(byNamePattern([{ name: 'w', pattern: /weight/ }])(chain(1))).message).toBe(
      'no group holds "0.bias"; every parameter must be in one',
    );
  });

  it('discrete names every scalar by its place', () => {
    const parameters = [
      { name: 'w', shape: [2, 2] },
      { name: 's', shape: [] },
    ];
    const partition = get(discrete(parameters));
    expect(partition.groups.map(({ name }) => name)).toEqual(['w[0,0]', 'w[0,1]', 'w[1,0]', 'w[1,1]', 's']);
    expect(groupIds(partition)).toEqual([Int32Array.of(0, 1, 2, 3), 4]);
    expect(refusal(discrete([{ name: 'w', shape: [1000, 1000] }]))).toEqual({
      _tag: 'TooManyGroups',
      count: 1e6,
      message:
        'discrete would make 1000000 groups, more than the 65536 whose H̄ fits in memory; choose a coarser partition',
    });
  });
});

describe('partitionFromSpec', () => {
  it('is the constructor of that name', () => {
    const parameters = chain(4);
    expect(partitionFromSpec('weights-biases')(parameters)).toEqual(weightsBiases(parameters));
    expect(partitionFromSpec('blocks:3')(parameters)).toEqual(blocks(3)(parameters));
  });

  it.each([
    ['block:3', 'there is no partition "block:3"; did you mean "blocks:K"? Known: '],
    ['weight-biases', 'there is no partition "weight-biases"; did you mean "weights-biases"? Known: '],
    ['toString', 'there is no partition "toString"; take one of canonical, trivial, '],
    ['foo', 'there is no partition "foo"; take one of canonical, trivial, '],
    ['Layers', 'there is no partition "Layers"; did you mean "layers"? Known: '],
    ['blocks', 'partition "blocks" lacks its number; write blocks:4 for 4'],
    ['blocks:-1', 'partition "blocks:-1" needs one whole number, 1 or more; write blocks:4 for 4'],
    ['trivial:2', 'partition "trivial" takes no number; write trivial alone'],
  ])('refuses %s', (spec, message) => {
    const error = refusal(partitionFromSpec(spec)(chain(2)));
    expect(error._tag).toBe('UnknownSpec');
    expect(error.message.startsWith(message)).toBe(true);
  });
});
