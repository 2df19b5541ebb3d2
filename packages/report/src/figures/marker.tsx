/** Points of a series: eight colours, then the same ones in other shapes. */

import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import type { ComponentChildren, JSX } from 'preact';
import { round1 } from '../number.js';
import { SERIES } from '../style/palette.js';

const SHAPES = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond] as const;

/** The class that paints a series' points. */
export const seriesPaint = (series: number): string => `f${series % SERIES}`;

/** A point at (x, y) as large as a circle of radius r; its shape tells apart series of one colour. */
export const Marker = ({
  series,
  paint,
  x,
  y,
  r,
  children,
}: {
  readonly series: number;
  readonly paint: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly children?: ComponentChildren;
}): JSX.Element => {
  const shape = Math.floor(series / SERIES) % SHAPES.length;
  if (shape === 0) {
    return (
      <circle class={paint} cx={x} cy={y} r={r}>
        {children}
      </circle>
    );
  }
  const path = symbol(SHAPES[shape]!, Math.PI * r * r).digits(1)()!;
  return (
    <path class={paint} transform={`translate(${round1(x)} ${round1(y)})`} d={path}>
      {children}
    </path>
  );
};
