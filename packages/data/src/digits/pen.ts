/** Pen strokes as polylines: a smooth curve through each stroke's marks. */

import type { Point } from './distortion.js';
import type { Stroke } from './glyphs.js';

/** Straight pieces between two marks. */
const PIECES = 5;

/** The stretches between corners; a corner ends one and begins the next. */
const smoothRuns = (stroke: Stroke): readonly Stroke[] => {
  const cuts = [0, ...stroke.flatMap(({ corner }, i) => (corner ? [i] : [])), stroke.length - 1];
  return cuts.slice(1).map((end, i) => stroke.slice(cuts[i]!, end + 1));
};

/** Catmull and Rom's cubic from b to c at 0 ≤ t ≤ 1: its slopes there are half of those from a to c and from b to d. */
const cubic = (a: number, b: number, c: number, d: number, t: number): number =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));

const curveThrough = (run: Stroke): readonly Point[] => {
  const at = (i: number): Stroke[number] => run[Math.min(Math.max(i, 0), run.length - 1)]!;
  const points: Point[] = [[at(0).x, at(0).y]];
  for (let i = 0; i + 1 < run.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      points.push([cubic(a.x, b.x, c.x, d.x, t), cubic(a.y, b.y, c.y, d.y, t)]);
    }
  }
  return points;
};

/** The points that a pen passes, straight lines apart. Corners appear twice, which draws nothing. */
export const polyline = (stroke: Stroke): readonly Point[] => smoothRuns(stroke).flatMap(curveThrough);
