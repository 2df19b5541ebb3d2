// What is measured of a model, as graphs: the gradient, and the summary of order 2 and 3 in the canonical partition.
import { encode, grad, input, makeGraph, outputNamed, summary } from '@hograd/graph-builder';
import { lossGraph } from '@hograd/model-zoo';

export const TASKS = ['gradient', 'order2', 'order3'];

/** { loss, parameters, groups } of a model: each parameter a group, its direction the input `direction.NAME`. */
export const lossOf = (model, { dtype = 'float32', values } = {}) => {
  const graph = lossGraph(model, { dtype, ...(values && { values }) });
  const named = new Map(graph.inputs.map((i) => [i.attributes.name, i]));
  const parameters = model.parameters.map((p) => named.get(p.name));
  const groups = parameters.map((parameter) => [
    { parameter, direction: input(`direction.${parameter.attributes.name}`, parameter.shape, dtype) },
  ]);
  return { loss: outputNamed('loss')(graph), parameters, groups };
};

const gradientOutputs = ({ loss, parameters }) =>
  grad(loss, parameters).map((value, i) => ({ name: `gradient.${parameters[i].attributes.name}`, value }));

const summaryOutputs = ({ loss, groups }, order) =>
  Object.entries(summary(loss, groups, { order })).map(([name, value]) => ({ name, value }));

/** The graph's outputs, by name, for one of TASKS. */
export const outputsOf = (of, task) => [
  { name: 'loss', value: of.loss },
  ...(task === 'gradient' ? gradientOutputs(of) : summaryOutputs(of, task === 'order2' ? 2 : 3)),
];

/** { bytes, seconds }: the ONNX file of a task, and how long differentiating and encoding took. */
export const buildGraph = (model, task, options) => {
  const start = performance.now();
  const of = lossOf(model, options);
  const bytes = encode(makeGraph(outputsOf(of, task)));
  return { bytes, seconds: (performance.now() - start) / 1000 };
};

/** Feeds by name for a session's inputs, from a problem's arrays. */
export const feedsFor = (session, { x, y, values, directions }) =>
  Object.fromEntries(
    session.inputs.map(({ name }) => {
      if (name === 'x') return [name, x];
      if (name === 'y') return [name, y];
      const direction = /^direction\.(.*)$/.exec(name)?.[1];
      return [name, direction === undefined ? values.get(name) : directions.get(direction)];
    }),
  );
