/** Keys to colours and dashes, in rows that wrap. */

import type { JSX } from 'preact';
import { DEPTHS } from '../style/palette.js';
import { abbreviate, textWidth } from '../text.js';
import { Marker } from './marker.js';

/** One entry: a sample and its name. */
export interface Key {
  readonly name: string;
  readonly sample: 'line' | 'dot';
  /** Classes that paint the sample. */
  readonly paint: string;
  /** Which series a dot stands for; left out: the first. */
  readonly series?: number;
}

const ROW = 20;
const SAMPLE = 26;
const LONGEST = 44;

interface PlacedKey extends Key {
  readonly x: number;
  readonly y: number;
}

/** Keys set in rows of at most `width` pixels. */
export const layKeys = (
  keys: readonly Key[],
  width: number,
): { readonly keys: readonly PlacedKey[]; readonly height: number } => {
  const limit = Math.min(LONGEST, Math.floor((width - SAMPLE) / textWidth('n', 12)));
  const placed: PlacedKey[] = [];
  for (const key of keys) {
    const name = abbreviate(key.name, limit);
    const last = placed.at(-1);
    const next = last === undefined ? 0 : Math.round(last.x + SAMPLE + textWidth(last.name, 12) + 20);
    const wraps = next > 0 && next + SAMPLE + textWidth(name, 12) > width;
    placed.push({ ...key, name, x: wraps ? 0 : next, y: (last?.y ?? 0) + (wraps ? ROW : 0) });
  }
  return { keys: placed, height: placed.length === 0 ? 0 : placed.at(-1)!.y + ROW };
};

export const Keys = ({
  keys,
  x,
  y,
}: {
  readonly keys: readonly PlacedKey[];
  readonly x: number;
  readonly y: number;
}): JSX.Element => (
  <g class="legend" transform={`translate(${x} ${y})`}>
    {keys.map((key) => (
      <g key={`${key.x} ${key.y}`}>
        {key.sample === 'line' ? (
          <path class={key.paint} d={`M${key.x} ${key.y + 8}h20`} />
        ) : (
          <Marker series={key.series ?? 0} paint={key.paint} x={key.x + 10} y={key.y + 8} r={4.5} />
        )}
        <text x={key.x + SAMPLE} y={key.y + 12}>
          {key.name}
        </text>
      </g>
    ))}
  </g>
);

/** The key to layers: a ramp from the first to the last. */
export const DepthKey = ({ x, y }: { readonly x: number; readonly y: number }): JSX.Element => {
  const start = textWidth('first layer', 12) + 8;
  return (
    <g class="legend" transform={`translate(${x} ${y})`}>
      <text y="12">first layer</text>
      {Array.from({ length: DEPTHS }, (_, k) => (
        <rect key={k} class={`df${k}`} x={start + 10 * k} y="3" width="10.4" height="10" />
      ))}
      <text x={start + 10 * DEPTHS + 8} y="12">
        last layer
      </text>
    </g>
  );
};

export const DEPTH_KEY_WIDTH = 2 * textWidth('first layer', 12) + 10 * DEPTHS + 30;

/** The ramp's slot for a layer. */
export const depthSlot = (depth: number, deepest: number): number =>
  deepest <= 0 ? 0 : Math.round((Math.max(0, Math.min(depth, deepest)) / deepest) * (DEPTHS - 1));
