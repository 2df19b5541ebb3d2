// Numbers and names as the page shows them.

export const TASK_TITLES = { gradient: 'gradient', order2: 'ḡ+H̄', order3: 'ḡ+H̄+D3' };

/** Three significant digits, or none after the point from 100 on; a dash for what was not measured. */
export const number = (value) => {
  if (value === undefined) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
};

export const times = (value) => (value === undefined ? '–' : `${number(value)}×`);

export const milliseconds = (seconds) => number(seconds === undefined ? undefined : 1000 * seconds);

export const mebibytes = (bytes) => (bytes === undefined ? '–' : (bytes / 2 ** 20).toFixed(0));

const percent = (part, whole) => `${((100 * part) / whole).toFixed(0)}%`;

/** The six operators that a profile spends most on: `Conv 30%, ScatterElements 9%`. */
export const operatorShares = ({ operators, seconds }) =>
  operators
    .slice(0, 6)
    .map((o) => `${o.operator} ${percent(o.seconds, seconds)}`)
    .join(', ');

const QUIET = 0.3;

const unique = (values) => [...new Set(values)];

const range = (values, digits) => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((v) => v.toFixed(digits));
  return low === high ? low : `${low} to ${high}`;
};

const settings = ({ when, cores, processor, threads = cores, clock, device }) =>
  [
    when.slice(0, 10),
    device === 'cuda' ? 'CUDA' : processor,
    `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    ...(clock === 'processor' ? ['processor seconds instead of seconds'] : []),
  ].join(', ');

/** Where pieces were measured, in a sentence or two; says so where the machine was not quiet. */
export const circumstancesLine = (pieces) => {
  const where = unique(pieces.map(settings)).join('; ');
  const busy = pieces.map((p) => p.busyCores);
  if (Math.max(...busy) <= QUIET) return `${where}.`;
  const loads = pieces.map((p) => p.load);
  return `${where}. **The machine was busy with other work: ${range(busy, 1)} of its ${pieces[0].cores} cores when a piece began, load ${range(loads, 1)}.**`;
};
