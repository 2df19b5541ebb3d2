// Where the page's targets are missed, with what products alone would allow and the profile of that very task.
import { table } from '../../markdown.mjs';
import { PEERS, PEERS_OF } from '../peers/entries.mjs';
import { TASKS } from '../problem/graphs.mjs';
import { number, operatorShares, TASK_TITLES, times } from './format.mjs';
import {
  EXECUTED_TARGET,
  floorRatio,
  floorTimes,
  inGradients,
  isMet,
  ORDER2_TARGET,
  order2Share,
  peerTarget,
  targetsOf,
} from './targets.mjs';
import { modelTitle } from './titles.mjs';

/** Every figure with a target: { name, task, what, value, target, atMost, byProducts }. */
const figures = (results) =>
  Object.keys(results.products ?? {}).flatMap((name) => {
    const { gradients, floors } = targetsOf(name);
    const ofPeers = TASKS.flatMap((task) =>
      PEERS_OF[task].map((peer) => {
        const value = results.cpu?.[name]?.[task]?.rows[peer]?.timesHograd;
        const inFloors = floorTimes(results, name, task);
        return {
          task,
          what: `${PEERS[peer].title}, beside ${TASK_TITLES[task]}`,
          value,
          target: peerTarget(name, task, peer),
          atMost: false,
          byProducts: value && inFloors && value * inFloors,
        };
      }),
    );
    const executed = TASKS.map((task) => {
      const { multiplyAdds, floor } = results.products[name].tasks[task];
      return {
        task,
        what: `${TASK_TITLES[task]}, executed ÷ floor`,
        value: multiplyAdds / floor,
        target: EXECUTED_TARGET,
        atMost: true,
        byProducts: 1,
      };
    });
    return [
      {
        task: 'order3',
        what: `${TASK_TITLES.order3} in gradients`,
        value: inGradients(results, name, 'order3'),
        target: gradients,
        atMost: true,
        byProducts: floorRatio(results, name, 'order3', 'gradient'),
      },
      {
        task: 'order2',
        what: `${TASK_TITLES.order2} in ${TASK_TITLES.order3}`,
        value: order2Share(results, name),
        target: ORDER2_TARGET,
        atMost: true,
        byProducts: floorRatio(results, name, 'order2', 'order3'),
      },
      {
        task: 'order3',
        what: `${TASK_TITLES.order3} in floors`,
        value: floorTimes(results, name, 'order3'),
        target: floors,
        atMost: true,
        byProducts: 1,
      },
      ...ofPeers,
      ...executed,
    ].map((figure) => ({ name, ...figure }));
  });

/** The targets that are missed, and why; nothing where none is. */
export const missesTable = (results) => {
  const missed = figures(results).filter(
    ({ value, target, atMost }) => value !== undefined && target !== undefined && !isMet(value, target, atMost),
  );
  if (missed.length === 0) return [];
  return [
    '## Where a target is missed',
    '“By products” is what the figure would be if hograd took no longer than the floor of products at the rate of a 1024³ matrix product: where that, too, is beyond the aim, no faster kernels would reach it, only fewer products. The last column is the profile of the task (each kernel’s least of 5 runs).',
    table(
      ['model', 'what', 'measured', 'aim', 'by products', 'where the time goes'],
      missed.map(({ name, task, what, value, target, atMost, byProducts }) => {
        const { where, tasks } = results.products[name];
        return [
          modelTitle(name, where.batch),
          what,
          times(value),
          `${atMost ? '≤' : '≥'} ${number(target)}`,
          times(byProducts),
          operatorShares(tasks[task]),
        ];
      }),
    ),
  ];
};
