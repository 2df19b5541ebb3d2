// What the project aims at, what was measured for it, and what products alone would allow.
import { number, times } from './format.mjs';

/**
 * ḡ+H̄+D3 in gradients and in floors (at most), and how many times as long the author's algorithm and the functional
 * transforms take (at least).
 */
const TARGETS = {
  mlp: { gradients: 2, published: 6, functional: 1.5 },
  lenet: { gradients: 3.5, floors: 2, published: 5, functional: 1.5 },
  bigmlp: { gradients: 9, floors: 1.4, published: 12, functional: 3 },
  'bigmlp-1000': { floors: 1.4, published: 12, functional: 3 },
  vgg11: { gradients: 7, floors: 1.4, published: 8, functional: 3 },
  gpt: { gradients: 20, floors: 2, functional: 3 },
};

const IMPROVED_TARGET = 3;

/** ḡ+H̄ alone, of ḡ+H̄+D3. */
export const ORDER2_TARGET = 0.6;

/** Products executed, of the floor. */
export const EXECUTED_TARGET = 1.1;

export const targetsOf = (name) => TARGETS[name] ?? {};

/** How many times as long as hograd a peer is to take, at least. */
export const peerTarget = (name, task, peer) => {
  if (task === 'gradient') return peer === 'torch-eager' ? 1 : undefined;
  if (peer === 'published') return TARGETS[name]?.published;
  if (peer === 'improved') return TARGETS[name]?.published && IMPROVED_TARGET;
  return ['torch-func', 'jax'].includes(peer) ? TARGETS[name]?.functional : undefined;
};

export const isMet = (value, target, atMost) => (atMost ? value <= target : value >= target);

export const boldWhereMissed = (shown, met) => (met ? shown : `**${shown}**`);

/** A measured value with its target, bold where it is missed. */
export const against = (value, target, atMost) => {
  if (value === undefined || target === undefined) return times(value);
  return boldWhereMissed(`${times(value)} (${atMost ? '≤' : '≥'} ${number(target)})`, isMet(value, target, atMost));
};

/** hograd's time of a task as a multiple of its floor of products ÷ the rate of a matrix product in the same run. */
export const floorTimes = (results, name, task) => {
  const piece = results.cpu?.[name]?.[task];
  const floor = results.products?.[name]?.tasks[task]?.floor;
  if (!piece?.rows.hograd?.seconds || !floor || !piece.multiplyAddsPerSecond) return undefined;
  return (piece.rows.hograd.seconds * piece.multiplyAddsPerSecond) / floor;
};

/** The products that one task needs over those that another does: without any overhead on top of products, the ratio of their times. */
export const floorRatio = (results, name, task, other) => {
  const tasks = results.products?.[name]?.tasks;
  const [one, two] = [tasks?.[task]?.floor, tasks?.[other]?.floor];
  return one && two ? one / two : undefined;
};

/** A summary's time in gradients of hograd's own, timed in turn. */
export const inGradients = (results, name, task) => {
  const rows = results.cpu?.[name]?.[task]?.rows;
  return rows?.hograd && rows.gradient?.timesHograd && 1 / rows.gradient.timesHograd;
};

/** The time of ḡ+H̄ over that of ḡ+H̄+D3, each in gradients of its own turns. */
export const order2Share = (results, name) => {
  const [order2, order3] = ['order2', 'order3'].map((task) => inGradients(results, name, task));
  return order2 && order3 && order2 / order3;
};
