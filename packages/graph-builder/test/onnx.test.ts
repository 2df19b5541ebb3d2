import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { buildCase, loadCase, relativeError } from './golden.js';
import { feedsFor, run } from './runtime.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../test-fixtures/golden/${path}`, import.meta.url)));

const decoded = (bytes: Uint8Array, options?: G.DecodeOptions): G.Graph => {
  const result = G.decode(bytes, options);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const summaryGraph = (name: string, dtype: 'float32' | 'float64') => {
  const golden = loadCase(name);
  const { loss, groups, values } = buildCase(golden, dtype);
  const { gbar, Hbar, D3 } = G.summary(loss, groups);
  const graph = G.makeGraph([
    { name: 'loss', value: loss },
    { name: 'gbar', value: gbar },
    { name: 'Hbar', value: Hbar! },
    { name: 'D3', value: D3! },
  ]);
  return { golden, graph, values };
};

describe.each(['mlp-tanh', 'mlp-relu', 'mlp-elu', 'mlp-sigmoid-indefinite', 'mlp-relu-mse'])(
  'the summary graph of %s in ONNX Runtime',
  (name) => {
    it.each([
      ['float64', 1e-9],
      ['float32', 1e-4],
    ] as const)('%s gives the golden numbers', async (dtype, tolerance) => {
      const { golden, graph, values } = summaryGraph(name, dtype);
      const out = await run(G.encode(graph), feedsFor(graph, values));
      expect(relativeError(out.loss!.data, [golden.loss])).toBeLessThan(dtype === 'float64' ? 1e-12 : 1e-5);
      expect(relativeError(out.gbar!.data, golden.gbar)).toBeLessThan(tolerance);
      expect(relativeError(out.Hbar!.data, golden.Hbar.flat())).toBeLessThan(tolerance);
      expect(relativeError(out.D3!.data, golden.order3)).toBeLessThan(tolerance);
    });

    it('survives decoding and encoding again', async () => {
      const { graph, values } = summaryGraph(name, 'float64');
      const bytes = G.encode(graph);
      const again = decoded(bytes);
      const [first, second] = [
        await run(bytes, feedsFor(graph, values)),
        await run(G.encode(again), feedsFor(again, values)),
      ];
      expect(relativeError(second.Hbar!.data, Array.from(first.Hbar!.data))).toBeLessThan(1e-12);
    });
  },
);

describe('encode', () => {
  it('gives equal bytes for equal graphs', () => {
    expect(
      Buffer.from(G.encode(summaryGraph('mlp-tanh', 'float32').graph)).equals(
        Buffer.from(G.encode(summaryGraph('mlp-tanh', 'float32').graph)),
      ),
    ).toBe(true);
  });
  it('keeps the batch symbolic', () => {
    const x = G.input('x', ['N', 3]);
    const again = decoded(G.encode(G.makeGraph([{ name: 'y', value: G.mean(G.square(x)) }])));
    expect(again.inputs[0]!.shape).toEqual(['N', 3]);
  });
});

describe('a constant of a graph', () => {
  it('is still one after a round trip: a reader takes no constant for a parameter', () => {
    const x = G.input('x', ['N', 3]);
    const w = G.input('w', [3]) as G.Input;
    const scaled = G.mul(G.mul(x, w), G.constant(G.tensor([1, 2, 3], [3], 'float32')));
    const graph = G.makeGraph(
      [{ name: 'y', value: scaled }],
      [x as G.Input, w],
      new Map([['w', G.tensor([4, 5, 6], [3], 'float32')]]),
    );
    const again = decoded(G.encode(graph, { keepInitializers: true }));
    expect([...again.initializers.keys()]).toEqual(['w']);
  });
});

describe('decode', () => {
  const folders = [
    'mlp-tanh',
    'mlp-relu',
    'mlp-elu',
    'mlp-deep',
    'mlp-trivial',
    'mlp-weights-biases',
    'mlp-sigmoid-mse',
  ];
  it.each(folders)('reads the model of %s: parameters in the file’s order, one scalar loss', (folder) => {
    const graph = decoded(fixture(`${folder}/model.onnx`));
    const golden = JSON.parse(new TextDecoder().decode(fixture(`${folder}/case.json`)));
    const parameters = golden.groups.flatMap((g: { parameters: string[] }) => g.parameters);
    expect([...graph.initializers.keys()].sort()).toEqual(parameters.sort());
    expect(G.outputNamed('loss')(graph)!.shape).toEqual([]);
  });
  it('names what is not an ONNX file', () => {
    const result = G.decode(new TextEncoder().encode('{"not": "onnx"}'));
    expect(E.isLeft(result) && result.left._tag).toBe('NotOnnx');
    expect(E.isLeft(result) && result.left.message).toMatch(/^not an ONNX model: .*is it a \.onnx file\?$/s);
  });
  it('lists a wanted output that does not exist', () => {
    const result = G.decode(fixture('mlp-tanh/model.onnx'), { outputs: ['nothing'] });
    expect(E.isLeft(result) && result.left.message).toBe(
      'there is no value "nothing"; the outputs are "loss", "output"',
    );
  });
});

describe('lengths of symbols', () => {
  it('stand in the shapes of inputs and outputs, in sums and products of symbols too; those that are not given stay', () => {
    const x = G.input('x', ['N', 'T', 2], 'float32');
    const y = G.reshape(x, [-1, 2]);
    const shapes = (lengths: ReadonlyMap<string, number>) => {
      const graph = G.decode(G.encode(G.makeGraph([{ name: 'y', value: y }]), { lengths }));
      if (graph._tag === 'Left') throw new Error(graph.left.message);
      const { inputs, outputs } = graph.right;
      return [inputs[0]!.shape, outputs[0]!.value.shape];
    };
    expect(
      shapes(
        new Map([
          ['N', 3],
          ['T', 5],
        ]),
      ),
    ).toEqual([
      [3, 5, 2],
      [15, 2],
    ]);
    expect(shapes(new Map([['N', 3]]))[0]).toEqual([3, 'T', 2]);
    expect(shapes(new Map())[0]).toEqual(['N', 'T', 2]);
  });
});
