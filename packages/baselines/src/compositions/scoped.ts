/** A direction whose state and checks have a prefix, so that one graph can hold several of a kind. */

import type { Direction, State } from '../direction.js';

const under = (scope: string, name: string): string => `${scope}.${name}`;

/**
 * The same direction with `SCOPE.` before every name of its state and checks. Its inputs keep their names: directions
 * that name the same input share it. Throws what the direction throws.
 */
export const scoped = (scope: string, direction: Direction): Direction => ({
  name: under(scope, direction.name),
  init: (parameters, loss) =>
    direction.init(parameters, loss).map((tensor) => ({ ...tensor, name: under(scope, tensor.name) })),
  update: (step) => {
    const own: State = Object.fromEntries(
      Object.entries(step.state).flatMap(([name, value]) =>
        name.startsWith(under(scope, '')) ? [[name.slice(scope.length + 1), value]] : [],
      ),
    );
    const { state, checks = [], ...result } = direction.update({ ...step, state: own });
    return {
      ...result,
      state: Object.fromEntries(Object.entries(state).map(([name, value]) => [under(scope, name), value])),
      checks: checks.map(({ name, value }) => ({ name: under(scope, name), value })),
    };
  },
});
