/** The epochs before which a run is looked at, and the stretches over which rates are averaged. */

import { range } from 'd3-array';
import * as E from 'fp-ts/lib/Either.js';
import { plural } from '../plural.js';

const RANGE = /^(\d+)(?:-(\d+)(?:\/(\d+))?)?$/;

/** Numbers from one to another, both included, by steps of a length. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** `N`, `A-B` or `A-B/STEP`, of which `to` is the last that the steps reach; undefined where the text is none of these. */
const rangeOf = (text: string): Range | undefined => {
  const found = RANGE.exec(text);
  if (!found) return undefined;
  const from = Number(found[1]);
  const to = Number(found[2] ?? from);
  const step = Number(found[3] ?? 1);
  const sound = [from, to, step].every(Number.isSafeInteger) && step > 0 && from <= to;
  return sound ? { from, to: to - ((to - from) % step), step } : undefined;
};

/**
 * Numbers of finished epochs, from text such as `0-10,20,30-90/20`: 0 is initialisation and `last` the end of the run. The Left says
 * what is wrong with the text.
 */
export const parseEpochs =
  (last: number) =>
  (text: string): E.Either<string, ReadonlySet<number>> => {
    const ranges: Range[] = [];
    for (const part of text.split(',').map((p) => p.trim())) {
      const found = rangeOf(part);
      if (!found) return E.left(`"${part}" is no epoch; give numbers and ranges such as 0-10,20,30-90/20`);
      ranges.push(found);
    }
    const most = Math.max(...ranges.map(({ to }) => to));
    return most > last
      ? E.left(`epoch ${most} is past the end; the run has ${plural(last, 'epoch')}`)
      : E.right(new Set(ranges.flatMap(({ from, to, step }) => range(from, to + 1, step))));
  };

/** A stretch of a run, in numbers of finished epochs, both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A run of so many epochs cut into `count` stretches, as equal as whole epochs allow; the last holds the end of the run too. */
export const stretches = (epochs: number, count: number): readonly Stretch[] => {
  const parts = Math.min(count, epochs);
  return Array.from({ length: parts }, (_, k) => ({
    from: Math.floor((k * epochs) / parts),
    to: k === parts - 1 ? epochs : Math.floor(((k + 1) * epochs) / parts) - 1,
  }));
};
