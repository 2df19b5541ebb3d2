/** Distortions of the plane: a random affine map, then a random smooth displacement. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { Generator } from '../random/key.js';
import { normalFrom } from '../random/normal.js';

/** A point [x, y]. */
export type Point = readonly [x: number, y: number];

export type Distortion = (point: Point) => Point;

/** Uniform in [low, high). */
const between = (generator: Generator, low: number, high: number): number =>
  low + (high - low) * uniformFloat64(generator);

/** Rotation, slant, width, height and position of the writing; maps the unit square to about the unit square. */
export const randomAffine = (generator: Generator): Distortion => {
  // With t = tan(θ/2) the rotation needs no sine or cosine, whose last bits differ between machines.
  const t = between(generator, -0.14, 0.14);
  const [cosine, sine] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  const slant = between(generator, -0.2, 0.45);
  const size = between(generator, 0.8, 1.14);
  const width = size * between(generator, 0.75, 1.15);
  const [right, down] = [between(generator, -0.08, 0.08), between(generator, -0.07, 0.07)];
  return ([px, py]) => {
    const y = size * (py - 0.5);
    const x = width * (px - 0.5) - slant * y;
    return [0.5 + right + cosine * x - sine * y, 0.5 + down + sine * x + cosine * y];
  };
};

/** Cells of the displacement's grid along each side of the unit square. */
const CELLS = 3;
/** Knots a side: a cubic B-spline reaches one knot before its cell and two after. */
const KNOTS = CELLS + 3;

/** The four weights of a uniform cubic B-spline at 0 ≤ t ≤ 1 within a cell. */
const weights = (t: number): readonly [number, number, number, number] => {
  const s = 1 - t;
  return [(s * s * s) / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, (t * t * t) / 6];
};

/** The cell of a coordinate and the place within; points outside the square use the nearest cell's edge. */
const cellOf = (coordinate: number): readonly [cell: number, t: number] => {
  const scaled = Math.min(Math.max(coordinate, 0), 1) * CELLS;
  const cell = Math.min(Math.floor(scaled), CELLS - 1);
  return [cell, scaled - cell];
};

/**
 * A smooth random displacement field: a cubic B-spline with normal coefficients of deviation `strength` (the field's
 * own is about half). The same idea as the elastic distortions of Simard, Steinkraus and Platt (ICDAR 2003), applied to
 * strokes instead of pixels.
 */
export const randomElastic = (generator: Generator, strength: number): Distortion => {
  const knots = Float64Array.from({ length: 2 * KNOTS * KNOTS }, () => strength * normalFrom(generator));
  return ([x, y]) => {
    const [column, tx] = cellOf(x);
    const [row, ty] = cellOf(y);
    const [across, down] = [weights(tx), weights(ty)];
    let dx = 0;
    let dy = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const weight = down[i]! * across[j]!;
        const knot = 2 * ((row + i) * KNOTS + column + j);
        dx += weight * knots[knot]!;
        dy += weight * knots[knot + 1]!;
      }
    }
    return [x + dx, y + dy];
  };
};
