/** Axes: grid lines with labels, and what each axis measures. */

import type { JSX } from 'preact';
import { formatPlain, formatTick, round1 } from '../number.js';
import type { AxisScale, TickLabel } from '../scale.js';
import { legibleTicks } from '../scale.js';
import { textWidth } from '../text.js';

/** The rectangle that data is drawn in. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface AxisProps {
  readonly scale: AxisScale;
  readonly area: PlotArea;
  readonly title: string;
  readonly format?: (tick: number) => string;
}

/** How an axis names its ticks when it is not told. */
export const tickFormat = (scale: AxisScale): ((tick: number) => string) =>
  scale.kind === 'linear' ? formatPlain : formatTick;

const TICK_FONT = 11;
/** Between a label and the picture's side. */
const SIDE = 2;

/** The axis below the plot of a picture so many pixels wide: labels neither touch nor leave the picture. */
export const BottomAxis = ({
  scale,
  area,
  title,
  width,
  format = tickFormat(scale),
}: AxisProps & { readonly width: number }): JSX.Element => {
  const label = (tick: number): TickLabel => {
    const length = textWidth(format(tick), TICK_FONT);
    const [first, last] = [SIDE + length / 2, width - SIDE - length / 2];
    return { length, middle: Math.max(first, Math.min(last, scale.position(tick))) };
  };
  return (
    <g>
      {legibleTicks(scale, label).map((tick) => {
        const x = round1(scale.position(tick));
        return (
          <g key={tick}>
            <path class={tick === 0 ? 'grid zero-line' : 'grid'} d={`M${x} ${area.top}V${area.bottom}`} />
            <text class="tick" text-anchor="middle" x={round1(label(tick).middle)} y={area.bottom + 16}>
              {format(tick)}
            </text>
          </g>
        );
      })}
      <text class="axis-title" text-anchor="middle" x={(area.left + area.right) / 2} y={area.bottom + 36}>
        {title}
      </text>
    </g>
  );
};

/** The left axis; its title stands above it, level, so that nobody has to tilt the head. */
export const LeftAxis = ({ scale, area, title, format = tickFormat(scale) }: AxisProps): JSX.Element => (
  <g>
    {scale.ticks.map((tick) => {
      const y = round1(scale.position(tick));
      return (
        <g key={tick}>
          <path class={tick === 0 ? 'grid zero-line' : 'grid'} d={`M${area.left} ${y}H${area.right}`} />
          <text class="tick" text-anchor="end" x={area.left - 7} y={y + 4}>
            {format(tick)}
          </text>
        </g>
      );
    })}
    <text class="axis-title" x={8} y={area.top - 12}>
      {title}
    </text>
  </g>
);
