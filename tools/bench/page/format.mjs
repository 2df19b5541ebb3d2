// Numbers and tables as the page shows them.

/** Three significant digits, or none after the point from 100 on; a dash for what was not measured. */
export const number = (value) => {
  if (value === undefined) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
};

export const times = (value) => (value === undefined ? '–' : `${number(value)}×`);

export const milliseconds = (seconds) => number(seconds === undefined ? undefined : 1000 * seconds);

export const mebibytes = (bytes) => (bytes === undefined ? '–' : (bytes / 2 ** 20).toFixed(0));

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const QUIET = 0.3;

/** Where a piece was measured, in a sentence; says so where the machine was not quiet. */
export const circumstancesLine = ({ when, busyCores, load, cores, processor, threads, clock, device }) => {
  const clocks = clock === 'processor' ? ', processor seconds instead of seconds' : '';
  const busy =
    busyCores > QUIET
      ? ` **The machine was busy with other work: ${busyCores} of ${cores} cores when it began, load ${load}.**`
      : '';
  const on = device === 'cuda' ? 'CUDA' : processor;
  return `${when.slice(0, 10)}, ${on}, ${threads ?? cores} ${(threads ?? cores) === 1 ? 'thread' : 'threads'}${clocks}.${busy}`;
};
