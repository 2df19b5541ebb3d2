/** Attributes of operations as values: copies that nobody can change, and keys that are equal just where they are. */

import type { Attributes, AttributeValue } from './op.js';

const frozen = <T extends AttributeValue | undefined>(value: T): T =>
  Array.isArray(value) ? (Object.freeze(value.map(frozen)) as T) : value;

/** Attributes that nobody can change: arrays are copies, at any depth. */
export const frozenAttributes = <A extends Attributes>(attributes: A): A => {
  const own: A = { ...attributes };
  for (const name in own) own[name] = frozen(own[name]);
  return Object.freeze(own);
};

/** A number as a string that tells it from every other one: JSON has neither infinities nor NaN, and no number's decimals tell −0 from 0. */
export const numberKey = (value: number | bigint): string => (Object.is(value, -0) ? '-0' : String(value));

const valueKey = (value: AttributeValue): string => {
  if (typeof value === 'number') return numberKey(value);
  return typeof value === 'object' ? `[${value.map(valueKey).join(',')}]` : JSON.stringify(value);
};

/** A string that is equal for attributes of equal values, listed in one order, and for no others; what is undefined is left out. */
export const attributesKey = (attributes: Attributes): string => {
  let key = '';
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) key += `${name}:${valueKey(value)};`;
  }
  return key;
};
