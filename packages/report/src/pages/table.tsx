/** Tables of figures. */

import type { JSX } from 'preact';

/** A column: its heading and whether it holds numbers (right-aligned), names, or running text. */
export interface Column {
  readonly heading: string;
  readonly holds: 'number' | 'text' | 'prose';
}

const cellClass = { number: undefined, text: 'text', prose: 'wrap' } as const;

/** A table; the first column names the row. */
export const Table = (props: {
  readonly caption?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}): JSX.Element => (
  <div class="table">
    <table>
      {props.caption !== undefined && <caption>{props.caption}</caption>}
      <thead>
        <tr>
          {props.columns.map(({ heading, holds }, k) => (
            <th key={k} scope="col" class={holds === 'number' ? undefined : 'text'}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row, r) => (
          <tr key={r}>
            {row.map((text, k) =>
              k === 0 ? (
                <th key={k} scope="row" title={text}>
                  {text}
                </th>
              ) : (
                <td key={k} class={cellClass[props.columns[k]!.holds]}>
                  {text}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
