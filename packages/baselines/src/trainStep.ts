/** One training step as one graph: parameters, state and a batch in; loss, next parameters and next state out. */

import {
  add,
  type Expr,
  type Graph,
  GraphError,
  grad,
  type Input,
  input,
  isInput,
  makeGraph,
  topologicalOrder,
} from '@hograd/graph-builder';
import type { Direction, State } from './direction.js';
import { requireApart } from './requireApart.js';
import type { StepRule } from './rules/stepRule.js';
import { initialState, parameterType } from './state.js';

/** A loss, its parameters, and the method that trains them: what `trainStep` makes one graph of. */
export interface TrainStep {
  /** A floating-point scalar over the parameters and a batch. */
  readonly loss: Expr;
  /** Inputs of the graph, of one floating-point type; of numeric shapes where the direction's state has theirs. */
  readonly parameters: readonly Input[];
  readonly direction: Direction;
  readonly rule: StepRule;
}

const nextOf = (name: string, result: State): Expr => {
  const value = result[name];
  if (value === undefined) {
    throw new GraphError('trainStep', `the direction's update gives no "${name}", which its init carries; return it`);
  }
  return value;
};

const requireParameters = (parameters: readonly Input[]): void => {
  if (parameters.length === 0) throw new GraphError('trainStep', 'there are no parameters to train; give at least one');
  const twice = parameters.find((p, i) => parameters.indexOf(p) !== i);
  if (twice) throw new GraphError('trainStep', `parameter "${twice.attributes.name}" is given twice; give it once`);
};

const inputName = (i: Input): string => i.attributes.name;

/**
 * The graph of one step.
 *
 * Inputs, in order: the parameters; `state.NAME` for each tensor of the direction's state; `step` (a scalar of the
 * parameters' type: steps already taken); the batch, that is every other input of the loss; the direction's own inputs
 * (probes); the rule's hyperparameters. Outputs: `loss` (before the step); for each parameter, `state.NAME` and `step`
 * the value that the following step takes, as `next.` and the input's name; and `check.NAME` for each check of the
 * direction and the rule. The graph's initializers are the state's zeros and step 0.
 *
 * Throws GraphError where the loss is not a floating-point scalar, there are no parameters or one comes twice, the parameters have no single floating-point type, or
 * a symbolic shape that the direction's state would have to have, two inputs share a name (a batch has no `rate` where the rule takes one, and never `step`), or the
 * direction's update leaves out a part of its state.
 */
export const trainStep = ({ loss, parameters, direction, rule }: TrainStep): Graph => {
  requireParameters(parameters);
  const dtype = parameterType(parameters);
  const slots = direction.init(parameters, loss);
  const stateInputs = slots.map(({ name, shape, dtype }) => input(`state.${name}`, shape, dtype));
  const step = input('step', [], dtype);
  const batch = topologicalOrder([loss]).filter((e) => isInput(e) && !parameters.includes(e)) as readonly Input[];
  const gradients = grad(loss, parameters);

  const update = direction.update({
    gradients,
    parameters,
    state: Object.fromEntries(slots.map(({ name }, i) => [name, stateInputs[i]!])),
    step,
    loss,
    batch,
  });
  const next = rule.update({ parameters, direction: update.direction, gradients, step, loss });
  const { inputs = [], checks = [] } = update;
  requireApart(
    'trainStep',
    [...parameters, ...batch],
    [
      ['the step counter', [step]],
      [`part of the state of ${direction.name}`, stateInputs],
      [`an input of ${direction.name}`, inputs],
      [`a hyperparameter of ${rule.name}`, next.hyperparameters],
    ],
  );
  return makeGraph(
    [
      { name: 'loss', value: loss },
      ...parameters.map((p, i) => ({ name: `next.${inputName(p)}`, value: next.parameters[i]! })),
      ...slots.map(({ name }) => ({ name: `next.state.${name}`, value: nextOf(name, update.state) })),
      { name: 'next.step', value: add(step, 1) },
      ...[...checks, ...(next.checks ?? [])].map(({ name, value }) => ({ name: `check.${name}`, value })),
    ],
    [...new Set([...parameters, ...stateInputs, step, ...batch, ...inputs, ...next.hyperparameters])],
    initialState(direction, parameters, loss),
  );
};
