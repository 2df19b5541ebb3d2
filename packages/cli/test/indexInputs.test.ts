import {
  cast,
  clip,
  constant,
  equal,
  expand,
  gatherElements,
  input,
  reduceSum,
  reshape,
  slice,
  sub,
  topKIndices,
  where,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { indexInputs, pickingPlaces } from '../src/indexInputs.js';

const scores = input('scores', ['N', 7], 'float64');
const y = input('y', ['N'], 'int32');
const none = constant(0, 'int32');
const column = (labels: typeof y) => reshape(labels, ['N', 1]);
const picked = (index: typeof y) => indexInputs(reduceSum(gatherElements(scores, index, 1)), ['gatherElements']);

describe('indexInputs', () => {
  it('finds an input that is the index, in whatever type and shape it comes', () => {
    expect(picked(cast(column(y), 'int64'))).toEqual([{ name: 'y', count: 7 }]);
    expect(picked(expand(column(y), ['N', 3]))).toEqual([{ name: 'y', count: 7 }]);
    expect(picked(column(cast(input('y', ['N'], 'float32'), 'int64')))).toEqual([{ name: 'y', count: 7 }]);
  });

  it('knows the label that is put aside, as ignore_index is', () => {
    const ignoring = (value: number) => where(equal(y, value), none, y);
    expect(picked(column(ignoring(-100)))).toEqual([{ name: 'y', count: 7, ignored: -100 }]);
    expect(picked(where(equal(column(y), 9), none, column(y)))).toEqual([{ name: 'y', count: 7, ignored: 9 }]);
    const other = input('other', ['N'], 'int32');
    expect(picked(column(where(equal(other, 0), none, y)))).toEqual([]);
  });

  it('knows what part of an input picks, also where a label is put aside', () => {
    const tokens = input('tokens', ['N', 'T'], 'int32');
    const logits = input('logits', ['N', 'T + -1', 7], 'float64');
    const shifted = slice(tokens, [0, 1], ['N', 'T + -1']);
    const column = (labels: typeof y) => reshape(labels, ['N', 'T + -1', 1]);
    const found = (index: typeof y) => indexInputs(reduceSum(gatherElements(logits, index, 2)), ['gatherElements']);
    const places = (index: typeof y): readonly number[] => {
      const { name, part } = found(index)[0]!;
      const picks = pickingPlaces(part, name, [2, 3]);
      return [0, 1, 2, 3, 4, 5].filter(picks);
    };
    expect(places(column(shifted))).toEqual([1, 2, 4, 5]);
    expect(places(column(cast(slice(tokens, [0, 0], ['N', 'T + -1']), 'int64')))).toEqual([0, 1, 3, 4]);
    const aside = (labels: typeof y) => where(equal(labels, 4), none, labels);
    expect(places(column(aside(shifted)))).toEqual([1, 2, 4, 5]);
    expect(places(column(slice(aside(tokens), [0, 1], ['N', 'T + -1'])))).toEqual([1, 2, 4, 5]);
    expect(found(column(aside(shifted)))).toMatchObject([{ name: 'tokens', count: 7, ignored: 4 }]);
    // How much is cut off, only another input says.
    const longer = input('longer', ['N', 'M'], 'int32');
    expect(found(column(slice(longer, [0, 0], ['N', 'T + -1'])))).toEqual([]);
  });

  it('says nothing of inputs that an index is computed from: their values are others', () => {
    expect(picked(column(sub(y, 1)))).toEqual([]);
    expect(picked(column(clip(y, 0)))).toEqual([]);
    expect(picked(topKIndices(scores, 2, 1))).toEqual([]);
  });
});
