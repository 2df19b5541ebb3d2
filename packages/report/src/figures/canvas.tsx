/** The sheet that every figure is drawn on: size, names for screen readers, notes, and the style when it stands alone. */

import type { ComponentChildren, JSX } from 'preact';
import type { Theme } from '../style/figure-style.js';
import { figureStyle } from '../style/figure-style.js';
import { wrap } from '../text.js';

/** The screens that one of two drawings of a figure is for. */
export type Screen = 'broad' | 'narrow';

/** Where a figure goes: into a page that has the style sheet, or into a file of its own. */
export type Setting =
  | { readonly place: 'page'; readonly id: string; readonly screen?: Screen }
  | { readonly place: 'file'; readonly theme: Theme };

const NOTE_LINE = 17;
const MARGIN = 12;
/** Wider than this a figure scrolls on a small screen, so that its text stays legible. */
const WIDE = 680;

interface CanvasProps {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  /** Said under the picture: what it could not show. */
  readonly gaps: readonly string[];
  /** Said under those: what else to know. */
  readonly notes?: readonly string[];
  readonly setting: Setting;
  readonly zoomable?: boolean;
  readonly children: ComponentChildren;
}

export const Canvas = ({ setting, ...props }: CanvasProps): JSX.Element => {
  const alone = setting.place === 'file';
  const width = Math.ceil(props.width);
  const lines = [
    ...props.gaps.map((text) => ({ text, paint: 'note gap' })),
    ...(props.notes ?? []).map((text) => ({ text, paint: 'note' })),
  ].flatMap(({ text, paint }) => wrap(text, width - 2 * MARGIN, 12).map((line) => ({ line, paint })));
  const drawn = Math.ceil(props.height);
  const height = drawn + (lines.length > 0 ? lines.length * NOTE_LINE + 8 : 0);
  const described = alone
    ? {}
    : { 'aria-labelledby': `${setting.id}-title`, 'aria-describedby': `${setting.id}-reading` };
  const screen = alone ? undefined : setting.screen;
  const classes = [
    'hf',
    ...(screen === undefined ? (width > WIDE ? ['wide'] : []) : [`on-${screen}`]),
    ...(props.zoomable && !alone ? ['zoomable'] : []),
  ];
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: in a page the caption names it; a <title> would pop up over every part
    <svg
      class={classes.join(' ')}
      {...(alone ? { xmlns: 'http://www.w3.org/2000/svg' } : {})}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      {...(props.zoomable && !alone ? { tabindex: 0 } : {})}
      {...described}
    >
      {alone && <title>{props.title}</title>}
      {alone && <desc>{props.description}</desc>}
      {alone && <style>{figureStyle(setting.theme)}</style>}
      {alone && <rect class="background" width={width} height={height} />}
      {props.children}
      {lines.map(({ line, paint }, k) => (
        <text key={line} class={paint} x={MARGIN} y={drawn + 8 + k * NOTE_LINE}>
          {line}
        </text>
      ))}
    </svg>
  );
};
