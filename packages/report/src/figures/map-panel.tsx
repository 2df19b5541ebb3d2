/** One labelled matrix with its colour legend: the part that the H̄ map and the map of blocks share. */

import type { JSX } from 'preact';
import type { Datum, Vector } from '../data.js';
import { formatNumber, formatTick, isFiniteNumber, round1, roundTo } from '../number.js';
import { BINS } from '../style/palette.js';
import { abbreviateAll, textWidth } from '../text.js';
import type { DivergingScale } from './diverging.js';
import { binClass, divergingScale } from './diverging.js';

/** A matrix to show, with a name for each row and column. */
export interface Panel {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly matrix: readonly Vector[];
  readonly scale: 'linear' | 'symlog';
  readonly bound?: number;
  readonly heading?: string;
}

/** A panel with every size settled. */
export interface PanelLayout {
  readonly panel: Panel;
  readonly colour: DivergingScale;
  /** What the legend calls each of the scale's ticks. */
  readonly ticks: readonly string[];
  readonly cell: number;
  readonly font: number;
  /** Top left corner of the cells. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly slanted: boolean;
}

const LARGEST_CELL = 58;
const SMALLEST_CELL = 6;
/** From this size on a cell holds its number. */
const ROOMY_CELL = 48;
const LABEL_WIDTH = 200;
/** From the last column to the ramp, and from there to the ticks' names. */
const LEGEND_GAP = 18;
const LEGEND_TEXT = 20;
const LEGEND_FONT = 11;
/** A little above the heading's 13 pixels, for it is bold. */
const HEADING_FONT = 14.5;

/** As tall as the cells, within what is legible. */
const legendHeight = (cells: number): number => Math.min(200, Math.max(140, cells));

/** The names of a colour scale's ticks; at its ends a sign for what lies beyond. */
const tickNames = ({ ticks, bound, saturated }: DivergingScale): readonly string[] =>
  ticks.map((tick) => {
    const mark = saturated && Math.abs(tick) === bound ? (tick > 0 ? '≥ ' : '≤ ') : '';
    return mark + formatTick(roundTo(tick, 3));
  });

const labelFont = (cell: number): number => Math.min(12, Math.max(5, 0.85 * cell));

/** Sizes for a panel whose longer side is about `side` pixels. */
export const layPanel = (panel: Panel, side: number): PanelLayout => {
  const longest = Math.max(panel.rows.length, panel.columns.length);
  const cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(side / longest)));
  const font = labelFont(cell);
  const limit = Math.floor(LABEL_WIDTH / textWidth('n', font));
  const rowLabels = abbreviateAll(panel.rows, limit);
  const columnLabels = abbreviateAll(panel.columns, limit);
  const widest = (labels: readonly string[]): number => Math.max(0, ...labels.map((label) => textWidth(label, font)));
  const slanted = cell >= 18;
  const reach = widest(columnLabels) * (slanted ? Math.SQRT1_2 : 1);
  const left = Math.ceil(Math.max(widest(rowLabels), slanted ? reach - cell / 2 : 0)) + 14;
  const top = panel.heading === undefined ? 8 : 30;
  const colour = divergingScale(panel.matrix.flat(), panel.scale, panel.bound);
  const ticks = tickNames(colour);
  const legend = Math.max(...ticks.map((tick) => textWidth(tick, LEGEND_FONT)));
  return {
    panel,
    colour,
    ticks,
    cell,
    font,
    left,
    top,
    width: Math.max(
      left + cell * panel.columns.length + LEGEND_GAP + LEGEND_TEXT + Math.ceil(legend) + 8,
      left + Math.ceil(textWidth(panel.heading ?? '', HEADING_FONT)),
    ),
    height: Math.max(
      top + cell * panel.rows.length + Math.ceil(reach) + font + 12,
      top + legendHeight(cell * panel.rows.length) + 20,
    ),
    rowLabels,
    columnLabels,
    slanted,
  };
};

/** How many entries of a panel cannot be shown. */
export const missingEntries = (panel: Panel): number =>
  panel.matrix.flat().filter((entry) => !isFiniteNumber(entry)).length;

const squares = (layout: PanelLayout): ReadonlyMap<number, string> => {
  const { cell, panel, colour, left, top } = layout;
  const inset = cell >= 10 ? 1 : 0;
  const size = cell - inset;
  const paths = new Map<number, string>();
  for (const [s, row] of panel.matrix.entries()) {
    for (const [t, value] of row.entries()) {
      const bin = colour.bin(value);
      const square = `M${left + t * cell} ${top + s * cell}h${size}v${size}h${-size}z`;
      const cross = Number.isNaN(bin) ? `l${size} ${size}m0 ${-size}l${-size} ${size}` : '';
      paths.set(bin, `${paths.get(bin) ?? ''}${square}${cross}`);
    }
  }
  return paths;
};

/** What the cell says on hover. */
const cellTitle = (panel: Panel, s: number, t: number, value: Datum): string =>
  `${panel.rows[s]} × ${panel.columns[t]}: ${formatNumber(value, 4)}`;

const Cells = ({ layout, titled }: { readonly layout: PanelLayout; readonly titled: boolean }): JSX.Element => {
  const { cell, panel, left, top } = layout;
  const values = panel.matrix.flat().map((value) => (isFiniteNumber(value) ? roundTo(value, 4) : ''));
  return (
    // In a page the script reads values from one attribute: a title for each cell would make up most of the file.
    <g
      class="cells"
      {...(titled
        ? {}
        : { 'data-grid': `${left},${top},${cell},${panel.columns.length}`, 'data-values': values.join() })}
    >
      {[...squares(layout)].map(([bin, path]) => (
        <path key={bin} class={binClass(bin)} d={path} />
      ))}
      {titled &&
        panel.matrix.flatMap((row, s) =>
          row.map((value, t) => (
            <rect key={`${s} ${t}`} x={left + t * cell} y={top + s * cell} width={cell} height={cell} fill-opacity="0">
              <title>{cellTitle(panel, s, t, value)}</title>
            </rect>
          )),
        )}
    </g>
  );
};

const CellNumbers = ({ layout }: { readonly layout: PanelLayout }): JSX.Element => {
  const { cell, panel, colour, left, top } = layout;
  const texts = panel.matrix.map((row) => row.map((value) => (isFiniteNumber(value) ? formatNumber(value, 2) : '')));
  const widest = Math.max(...texts.flat().map((text) => textWidth(text, 1)));
  return (
    <g text-anchor="middle" font-size={round1(Math.min(10, (cell - 4) / widest))} pointer-events="none">
      {panel.matrix.flatMap((row, s) =>
        row.map((value, t) => (
          <text
            key={`${s} ${t}`}
            class={`on-${binClass(colour.bin(value))}`}
            x={left + t * cell + cell / 2}
            y={top + s * cell + cell / 2 + 3}
          >
            {texts[s]![t]}
          </text>
        )),
      )}
    </g>
  );
};

const Labels = ({ layout }: { readonly layout: PanelLayout }): JSX.Element => {
  const { cell, panel, left, top, font, slanted } = layout;
  const bottom = top + cell * panel.rows.length;
  const baseline = font * 0.35;
  return (
    <g font-size={round1(font)} text-anchor="end">
      <g class="rows">
        {layout.rowLabels.map((label, s) => (
          <text key={panel.rows[s]} x={left - 5} y={round1(top + s * cell + cell / 2 + baseline)}>
            {label}
            <title>{panel.rows[s]!}</title>
          </text>
        ))}
      </g>
      <g class="columns">
        {layout.columnLabels.map((label, t) => {
          const x = round1(left + t * cell + cell / 2 + baseline);
          const y = bottom + 6 + (slanted ? font * 0.5 : 0);
          return (
            <text key={panel.columns[t]} transform={`translate(${x} ${round1(y)})rotate(${slanted ? -45 : -90})`}>
              {label}
              <title>{panel.columns[t]!}</title>
            </text>
          );
        })}
      </g>
    </g>
  );
};

const Legend = ({ layout }: { readonly layout: PanelLayout }): JSX.Element => {
  const { colour, ticks, top } = layout;
  const x = layout.left + layout.cell * layout.panel.columns.length + LEGEND_GAP;
  const height = legendHeight(layout.cell * layout.panel.rows.length);
  const step = height / (2 * BINS + 1);
  const place = (bin: number): number => top + 6 + (BINS - bin) * step;
  const bins = Array.from({ length: 2 * BINS + 1 }, (_, k) => BINS - k);
  return (
    <g class="legend">
      {bins.map((bin) => (
        <rect key={bin} class={binClass(bin)} x={x} y={round1(place(bin))} width="14" height={round1(step + 0.4)} />
      ))}
      {colour.ticks.map((tick, k) => (
        <text key={tick} class="tick" x={x + LEGEND_TEXT} y={round1(place(colour.bin(tick)) + step / 2 + 4)}>
          {ticks[k]}
        </text>
      ))}
    </g>
  );
};

/** The panel at (0, 0); `titled` gives every cell its own hover text. */
export const MapPanel = ({
  layout,
  titled,
}: {
  readonly layout: PanelLayout;
  readonly titled: boolean;
}): JSX.Element => (
  <g class="map">
    {layout.panel.heading !== undefined && (
      <text class="panel-title" x={layout.left} y={18}>
        {layout.panel.heading}
      </text>
    )}
    <Labels layout={layout} />
    <Cells layout={layout} titled={titled} />
    {layout.cell >= ROOMY_CELL && <CellNumbers layout={layout} />}
    <rect class="cursor" width={layout.cell - 1} height={layout.cell - 1} />
    <Legend layout={layout} />
  </g>
);
