// The graphs made of a model: its loss, gradient, Hessian-vector product and curvature summary.
import { grad, hvp, input, makeGraph, summary } from '../../packages/graph-builder/dist/index.js';

const nameOf = (parameter) => parameter.attributes.name;

export const KINDS = ['loss', 'gradient', 'hvp', 'summary'];

/** One graph of a model; tangents and directions are further inputs, as `hograd differentiate` names them. */
export const graphOf = (kind, model) => {
  const loss = model.graph.outputs[0].value;
  const parameters = model.graph.inputs.filter((i) => model.graph.initializers.has(nameOf(i)));
  const along = (prefix) => parameters.map((p) => input(`${prefix}.${nameOf(p)}`, p.shape, p.dtype));
  const named = (prefix, values) => values.map((value, i) => ({ name: `${prefix}.${nameOf(parameters[i])}`, value }));
  const graph = (outputs, more = []) =>
    makeGraph([{ name: 'loss', value: loss }, ...outputs], [...model.graph.inputs, ...more], model.graph.initializers);
  if (kind === 'loss') return graph([]);
  if (kind === 'gradient') return graph(named('grad', grad(loss, parameters)));
  if (kind === 'hvp') {
    const tangents = along('tangent');
    return graph(named('hvp', hvp(loss, parameters, tangents)), tangents);
  }
  const directions = along('direction');
  const { gbar, Hbar, D3 } = summary(
    loss,
    parameters.map((parameter, i) => [{ parameter, direction: directions[i] }]),
  );
  return graph(
    Object.entries({ gbar, Hbar, D3 }).map(([name, value]) => ({ name, value })),
    directions,
  );
};
