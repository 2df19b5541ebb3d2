/** The graphs of algorithm 1: a step at given rates, and the parts of a step whose rates are computed on the way. */

import { type Direction, requireApart, type StepRule, trainStep } from '@hograd/baselines';
import {
  type Expr,
  type Graph,
  type Input,
  input,
  isInput,
  makeGraph,
  summary,
  topologicalOrder,
} from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import { groupDirections } from './groupDirections.js';
import { groupRates } from './groupRates.js';

/** What algorithm 1 trains: a loss, parameters in groups, and a direction. */
export interface NewtonSummaryProblem {
  /** A floating-point scalar over the parameters and a batch. */
  readonly loss: Expr;
  readonly parameters: readonly Input[];
  readonly partition: Partition;
  /** Any direction: the gradient, momentum, Adam's. */
  readonly direction: Direction;
}

/** Algorithm 1's graphs, each with its inputs and outputs by name. */
export interface NewtonSummaryGraphs {
  /** (parameters, state.*, step, batch, rates [S]) → (loss, next.*): a step between two summaries. */
  readonly step: Graph;
  /** (parameters, state.*, step, batch Z ~ D_g) → (loss, direction.NAME, next.state.*, next.step). */
  readonly direction: Graph;
  /**
   * (parameters, direction.NAME, batch Z̃ ~ D_newt) → (loss, gbar [S], Hbar [S, S], D3 [S]), the loss and the derivatives on Z̃;
   * its batch may have another length.
   */
  readonly summary: Graph;
  /** (parameters, direction.NAME, rates [S]) → next.NAME: θ − U I_{P:S} rates. */
  readonly apply: Graph;
  /** (parameters, batch) → loss: on Z̃ at the next parameters, what the step did to the examples that its rates come from. */
  readonly loss: Graph;
}

const nameOf = (i: Input): string => i.attributes.name;

/** Instead of moving the parameters along a direction, hands the direction out in their place. */
const expose: StepRule = {
  name: 'expose',
  update: ({ direction }) => ({ parameters: direction, hyperparameters: [] }),
};

/**
 * The graphs of NewtonSummary (arXiv 2312.03885, algorithm 1). A step at which a summary is due runs `direction`, `summary`,
 * solves for the rates, and runs `apply`; the steps between run `step` with the same rates. Throws GraphError as `trainStep`,
 * `summary` and `groupRates` do, and where the loss reads an input `direction.NAME` of a parameter's NAME; RangeError where the
 * partition names a parameter that is not given.
 */
export const newtonSummaryGraphs = ({
  loss,
  parameters,
  partition,
  direction,
}: NewtonSummaryProblem): NewtonSummaryGraphs => {
  const rule = groupRates(partition);
  const along = parameters.map((p) => input(`direction.${nameOf(p)}`, p.shape, p.dtype) as Input);
  requireApart(
    'newtonSummaryGraphs',
    [...parameters, ...topologicalOrder([loss]).filter(isInput)],
    parameters.map((p, i) => [`the direction of "${nameOf(p)}"`, [along[i]!]]),
  );
  const exposed = trainStep({ loss, parameters, direction, rule: expose });
  const renamed = new Map(parameters.map((p) => [`next.${nameOf(p)}`, `direction.${nameOf(p)}`]));
  const measured = summary(
    loss,
    groupDirections(partition)(
      new Map<string, Expr>(parameters.map((p) => [nameOf(p), p])),
      new Map<string, Expr>(parameters.map((p, i) => [nameOf(p), along[i]!])),
    ),
  );
  const moved = rule.update({ parameters, direction: along });
  return {
    step: trainStep({ loss, parameters, direction, rule }),
    direction: {
      ...exposed,
      outputs: exposed.outputs.map(({ name, value }) => ({ name: renamed.get(name) ?? name, value })),
    },
    summary: makeGraph(
      [
        { name: 'loss', value: loss },
        { name: 'gbar', value: measured.gbar },
        { name: 'Hbar', value: measured.Hbar! },
        { name: 'D3', value: measured.D3! },
      ],
      [...parameters, ...along],
    ),
    apply: makeGraph(
      parameters.map((p, i) => ({ name: `next.${nameOf(p)}`, value: moved.parameters[i]! })),
      [...parameters, ...along, ...moved.hyperparameters],
    ),
    loss: makeGraph([{ name: 'loss', value: loss }], parameters),
  };
};
