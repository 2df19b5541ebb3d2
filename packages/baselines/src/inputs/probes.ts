/**
 * Random probes: graph inputs that the host fills, so that a graph stays a function and a run can be repeated bit for
 * bit.
 */

import { uniform } from '@hograd/data/pure';
import { elementCount, type Graph, type Input, input, type Tensor, tensor } from '@hograd/graph-builder';

const PREFIX = 'probe.';

/** The probe `probe.NAME` of each parameter, of its shape. */
export const probesOf = (parameters: readonly Input[]): readonly Input[] =>
  parameters.map((p) => input(`${PREFIX}${p.attributes.name}`, p.shape, p.dtype));

/**
 * Values for every input `probe.NAME` of a graph, by name: independent signs ±1 (Rademacher). They depend on the seed,
 * the step and the name and on nothing else, so a run that is resumed draws what an unbroken one draws. Throws
 * RangeError unless seed and step are safe integers.
 */
export const drawProbes =
  (seed: number) =>
  (graph: Graph, step: number): ReadonlyMap<string, Tensor> =>
    new Map(
      graph.inputs.flatMap(({ attributes: { name, shape, dtype } }) => {
        if (!name.startsWith(PREFIX)) return [];
        const sizes = shape.map(Number);
        const length = elementCount(sizes);
        const signs = uniform([seed, 'probe', step, name], length).map((u) => (u < 0.5 ? -1 : 1));
        return [[name, tensor(signs, sizes, dtype)] as const];
      }),
    );
