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
  sub,
  topKIndices,
  where,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { indexInputs } from '../src/indexInputs.js';

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

  it('says nothing of inputs that an index is computed from: their values are others', () => {
    expect(picked(column(sub(y, 1)))).toEqual([]);
    expect(picked(column(clip(y, 0)))).toEqual([]);
    expect(picked(topKIndices(scores, 2, 1))).toEqual([]);
  });
});
