import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockMapSvg, dotChartSvg, heatMapSvg, lineChartSvg, rateChartSvg, scatterChartSvg } from '../src/index.js';
import { printable } from '../src/markup.js';
import { textWidth } from '../src/text.js';
import type { XmlElement } from './markup.js';
import { hasClass, parseXml, right, summaries, syntheticSummary, trajectories } from './markup.js';

const { groups, Hbar, gbar, D3, eta } = summaries['vgg-tiny'];
const names = groups.map(({ name }) => name);
const newton = trajectories['newton-period1']!;
const rates = {
  groups: newton.groups,
  steps: newton.steps.map(({ step }) => step),
  eta: newton.steps.map((step) => step.rates!),
};

const titles = (elements: readonly XmlElement[]): readonly string[] =>
  elements.filter(({ name }) => name === 'title').map(({ text }) => text);

const texts = (svg: string): readonly string[] =>
  parseXml(svg)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);

/** The figures drawn from one awkward name and a few values, one of each kind. */
const everyFigure = (name: string, values: readonly number[]) => [
  heatMapSvg({ title: name, rows: [name, 'b'], matrix: [values.slice(0, 2), values.slice(1, 3)] }),
  blockMapSvg({
    title: name,
    groups: [
      { name, size: 1, kind: 'weight' },
      { name: 'b', size: 1, kind: 'bias' },
    ],
    matrix: [values.slice(0, 2), values.slice(1, 3)],
  }),
  dotChartSvg({
    title: name,
    rows: [name, 'b'],
    valueTitle: name,
    series: [
      { name, values: values.slice(0, 2) },
      { name: 'z', values: values.slice(1, 3) },
    ],
  }),
  lineChartSvg({
    title: name,
    xTitle: name,
    yTitle: name,
    naming: 'keys',
    curves: [{ name, color: { series: 0 }, points: values.map((y, x) => ({ x, y })) }],
  }),
  rateChartSvg({ groups: [{ name, size: 1 }], steps: [0, 1, 2], eta: values.map((value) => [value]) }, name),
  scatterChartSvg({
    title: name,
    xTitle: name,
    yTitle: name,
    guide: 'equality',
    series: [{ name, points: values.map((y, x) => ({ x, y, label: name })) }],
  }),
];

describe('sides and bounds', () => {
  const series = [
    {
      name: 's',
      values: [1, -2],
      points: [
        { x: 0, y: 1, label: 'p' },
        { x: 1, y: 3, label: 'q' },
      ],
    },
  ];
  const titles = { title: 't', xTitle: 'x', yTitle: 'y', valueTitle: 'v' };
  const charts = {
    line: (sides: object) =>
      lineChartSvg({
        ...titles,
        naming: 'ends',
        curves: series.map((s) => ({ ...s, color: { series: 0 } })),
        ...sides,
      }),
    scatter: (sides: object) => scatterChartSvg({ ...titles, series, ...sides }),
    dot: (sides: object) => dotChartSvg({ ...titles, rows: ['a', 'b'], series, ...sides }),
  };

  it.each(Object.entries(charts))(
    'a %s chart is drawn within its sides, and refused where they leave no room',
    (_, chart) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 239, 10_001]) {
        const message = `width is ${value}; give a number of pixels from 240 to 10000.`;
        expect(chart({ width: value })).toEqual({
          _tag: 'Left',
          left: { _tag: 'OutOfRange', field: 'width', message },
        });
      }
      const svg = right(chart({ width: 240, height: 120 }));
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(svg).not.toMatch(/(width|height|r)="-/);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])('a map with a bound of %d is refused', (bound) => {
    expect(heatMapSvg({ title: 't', rows: ['a'], matrix: [[1]], bound })).toMatchObject({
      left: { _tag: 'OutOfRange', field: 'bound', message: `bound is ${bound}; give a number above 0 that is finite.` },
    });
  });
});

describe('every figure', () => {
  it('is refused in a theme that there is not', () => {
    for (const theme of ['blue', 'constructor'] as never[])
      expect(heatMapSvg({ title: 't', rows: ['a'], matrix: [[1]] }, { theme })).toEqual({
        _tag: 'Left',
        left: { _tag: 'OutOfRange', field: 'theme', message: `theme is "${theme}"; give "light", "dark" or "auto".` },
      });
  });

  it('is well-formed XML with the name intact, for any name and any doubles, finite or not', () => {
    const anything = fc.array(fc.double(), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), anything, (name, values) => {
        for (const figure of everyFigure(name, values)) {
          const svg = right(figure);
          const elements = parseXml(svg);
          expect(elements[0]).toMatchObject({
            name: 'svg',
            attributes: { xmlns: 'http://www.w3.org/2000/svg', role: 'img' },
          });
          // XML reads carriage returns as line feeds; printable() leaves neither.
          const said = titles(elements).join('\n');
          expect(said).toContain(printable(name));
          // A coordinate that is not a number would draw nothing, silently.
          expect(/[="\s,MLHVhv(-](NaN|Infinity|undefined|null)\b/.test(svg)).toBe(false);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is well-formed XML where every value is %d', (value) => {
    for (const figure of everyFigure('a', [value, value, value])) {
      const paths = parseXml(right(figure)).filter(({ name }) => name === 'path');
      for (const { attributes } of paths) expect(attributes.d).toMatch(/^M/);
    }
  });

  it.each(['<script>alert(1)</script>', '"><x onload="y">', "'&lt;<!--", ']]>', '</text></svg>'])(
    'is markup-proof: %s opens no element',
    (name) => {
      const elementsOf = (text: string) =>
        everyFigure(text, [1, 2, 3]).map((figure) => parseXml(right(figure)).map((element) => element.name));
      expect(elementsOf(name)).toEqual(elementsOf('plain'));
    },
  );

  it('is the same text for the same data', () => {
    const draw = () => everyFigure('a.weight', [1, -2, 3]).map(right);
    expect(draw()).toEqual(draw());
  });

  it('is drawn in the theme asked for; auto carries both', () => {
    const draw = (theme: 'light' | 'dark' | 'auto') =>
      right(heatMapSvg({ title: 't', rows: ['a'], matrix: [[1]] }, { theme }));
    expect(draw('light')).not.toContain('prefers-color-scheme');
    expect(draw('dark')).not.toBe(draw('light'));
    expect(draw('auto')).toContain('@media screen and (prefers-color-scheme:dark)');
  });
});

/** The classes of the square whose top left corner is at (x, y). */
const paintAt = (elements: readonly XmlElement[], x: number, y: number): readonly string[] =>
  elements
    .filter(({ name, attributes }) => name === 'path' && (attributes.d ?? '').includes(`M${x} ${y}h`))
    .map(({ attributes }) => attributes.class!);

describe('heatMapSvg', () => {
  it.each([1, 2, 14, 42, 100])('labels every row and column and shows every value, S = %i', (S) => {
    const summary = syntheticSummary(S);
    const rows = summary.groups.map(({ name }) => name);
    const elements = parseXml(right(heatMapSvg({ title: 'H̄', rows, matrix: summary.Hbar })));
    const said = titles(elements);
    for (const row of rows) expect(said.filter((text) => text === row)).toHaveLength(2);
    expect(said.filter((text) => text.includes(' × '))).toHaveLength(S * S);
  });

  it('paints blue what is positive, orange what is negative, for every entry of a golden H̄', () => {
    const elements = parseXml(right(heatMapSvg({ title: 'H̄', rows: names, matrix: Hbar })));
    const cells = elements.filter(({ name, attributes }) => name === 'rect' && attributes['fill-opacity'] === '0');
    expect(cells).toHaveLength(names.length ** 2);
    for (const [k, { attributes }] of cells.entries()) {
      const value = Hbar[Math.floor(k / names.length)]![k % names.length]!;
      const paint = paintAt(elements, Number(attributes.x), Number(attributes.y));
      expect(paint).toHaveLength(1);
      expect(paint[0]).toMatch(value > 0 ? /^p\d+$/ : value < 0 ? /^n\d+$/ : /^z$/);
    }
  });

  it('crosses out what is not finite and says how many', () => {
    const matrix = [
      [1, Number.NaN],
      [null, Number.POSITIVE_INFINITY],
    ];
    const svg = right(heatMapSvg({ title: 'H̄', rows: ['a', 'b'], matrix }));
    // The picture is narrow: the note runs over several lines.
    expect(texts(svg).join(' ')).toContain('3 entries are not finite: crossed out.');
    const crossed = parseXml(svg).filter(({ name, attributes }) => name === 'path' && attributes.class === 'nan');
    expect(crossed.map(({ attributes }) => attributes.d!.match(/M/g)!.length)).toEqual([3]);
  });

  it('shows all-zero and constant matrices', () => {
    const zero = parseXml(right(heatMapSvg({ title: '0', rows: ['a'], matrix: [[0]] })));
    expect(zero.some(({ name, attributes }) => name === 'path' && attributes.class === 'z')).toBe(true);
  });

  it.each([
    [{ title: 't', rows: [], matrix: [] }, 'Empty', 'rows is empty; give at least one row.'],
    [
      { title: 't', rows: ['a', 'b'], matrix: [[1, 2]] },
      'ShapeMismatch',
      'matrix has 1 entries where 2 are needed; give one per row.',
    ],
    [
      { title: 't', rows: ['a'], matrix: [[1, 2]] },
      'ShapeMismatch',
      'matrix[0] has 2 entries where 1 are needed; give one per column.',
    ],
  ])('refuses %j', (map, tag, message) => {
    expect(heatMapSvg(map)).toEqual({ _tag: 'Left', left: expect.objectContaining({ _tag: tag, message }) });
  });
});

describe('blockMapSvg', () => {
  it('has three blocks that hold each pair of groups once', () => {
    const svg = right(blockMapSvg({ title: 'H̄', groups, matrix: Hbar }));
    const headings = texts(svg).filter((text) => /^(WW|WB|BB)/.test(text));
    expect(headings).toEqual(['WW: weights × weights', 'WB: weights × biases', 'BB: biases × biases']);
    const pairs = titles(parseXml(svg)).filter((text) => text.includes(' × '));
    expect(pairs).toHaveLength(3 * 7 * 7);
    expect(pairs.filter((text) => /^\S+weight × \S+bias/.test(text))).toHaveLength(49);
  });

  it('leaves out blocks that do not exist', () => {
    const svg = right(blockMapSvg({ title: 'H̄', groups: [{ name: 'all', size: 3 }], matrix: [[2]] }));
    expect(texts(svg).filter((text) => /^(WW|WB|BB)/.test(text))).toEqual(['WW: weights × weights']);
  });
});

describe('dotChartSvg', () => {
  const solved = eta.flatMap((one) => ('eta' in one ? [one] : []));

  it('has a dot for every finite value, negative ones left of positive ones', () => {
    const svg = right(
      dotChartSvg({
        title: 'η*',
        rows: names,
        valueTitle: 'η*',
        series: solved.map(({ lambdaInt, eta: values }) => ({ name: `λ_int = ${lambdaInt}`, values })),
      }),
    );
    const dots = parseXml(svg).filter((element) => element.name === 'circle' && hasClass(element, 'point'));
    expect(dots).toHaveLength(solved.length * names.length);
    const places = (keep: (value: number) => boolean) =>
      dots
        .filter((_, k) => keep(solved[k % solved.length]!.eta[Math.floor(k / solved.length)]!))
        .map(({ attributes }) => Number(attributes.cx));
    expect(Math.max(...places((value) => value < 0))).toBeLessThan(Math.min(...places((value) => value > 0)));
    for (const row of names) expect(titles(parseXml(svg))).toContain(row);
  });

  it('colours a lone series by sign', () => {
    const svg = right(
      dotChartSvg({ title: 'D3', rows: names, valueTitle: 'D3', series: [{ name: 'D3', values: D3 }] }),
    );
    const dots = parseXml(svg).filter((element) => element.name === 'circle' && hasClass(element, 'point'));
    for (const [s, dot] of dots.entries()) expect(dot.attributes.class).toMatch(D3[s]! > 0 ? /^point p/ : /^point n/);
  });

  it('names a value that is not finite in its row and counts it', () => {
    const values = gbar.map((value, s) => (s === 3 ? Number.NaN : value));
    const svg = right(dotChartSvg({ title: 'ḡ', rows: names, valueTitle: 'ḡ', series: [{ name: 'ḡ', values }] }));
    expect(texts(svg)).toEqual(expect.arrayContaining(['not finite', '1 value is not finite and left out.']));
  });

  it('tells apart more series than there are colours', () => {
    const series = Array.from({ length: 20 }, (_, k) => ({ name: `s${k}`, values: [k + 1] }));
    const svg = parseXml(right(dotChartSvg({ title: 't', rows: ['a'], valueTitle: 'v', series })));
    const looks = svg
      .filter(({ attributes }) => attributes.class?.startsWith('point'))
      .map(({ name, attributes: { class: paint, d = '' } }) => `${name} ${paint} ${d}`);
    expect(looks).toHaveLength(20);
    expect(new Set(looks).size).toBe(20);
  });

  it('shows every dot where rates are equal, within its row', () => {
    const equal = (count: number, rows: number) =>
      parseXml(
        right(
          dotChartSvg({
            title: 't',
            rows: Array.from({ length: rows }, (_, k) => `g${k}`),
            valueTitle: 'v',
            series: Array.from({ length: count }, (_, k) => ({
              name: `s${k}`,
              values: new Array<number>(rows).fill(1 + 1e-9 * k),
            })),
          }),
        ),
      ).filter((element) => element.name === 'circle' && hasClass(element, 'point'));
    for (const count of [2, 3, 8])
      for (const rows of [2, 70]) {
        const dots = equal(count, rows).map(({ attributes: { cx, cy, r } }) => [cx, cy, r].map(Number));
        expect(dots).toHaveLength(count * rows);
        expect(new Set(dots.map(([x, y]) => `${x} ${y}`)).size).toBe(count * rows);
        const ends = [0, 1].map((row) =>
          dots.slice(row * count, (row + 1) * count).map(([, y, r]) => [y! - r!, y! + r!]),
        );
        expect(Math.max(...ends[0]!.flat())).toBeLessThan(Math.min(...ends[1]!.flat()));
      }
    expect(equal(1, 2).map(({ attributes }) => attributes.r)).toEqual(['5', '5']);
  });

  it.each([240, 306, 1080])(
    'has labels of its axis that neither touch nor leave the picture, %i pixels wide',
    (width) => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
          fc.integer({ min: -12, max: 9 }),
          fc.constantFrom('linear', 'symlog', 'auto' as const),
          (values, power, scale) => {
            const scaled = values.map((value) => value * 10 ** power);
            const elements = parseXml(
              right(
                dotChartSvg({
                  title: 't',
                  rows: scaled.map((_, k) => `g${k}`),
                  valueTitle: 'v',
                  series: [{ name: 's', values: scaled }],
                  scale,
                  width,
                }),
              ),
            );
            const labels = elements
              .filter((element) => element.name === 'text' && hasClass(element, 'tick'))
              .map(({ attributes, text }) => ({ x: Number(attributes.x), half: textWidth(text, 11) / 2 }));
            for (const [k, { x, half }] of labels.entries()) {
              expect(x - half).toBeGreaterThanOrEqual(0);
              expect(x + half).toBeLessThanOrEqual(width);
              const last = labels[k - 1];
              if (last !== undefined) expect(x - half).toBeGreaterThan(last.x + last.half);
            }
          },
        ),
      );
    },
  );

  it('refuses a series of another length', () => {
    expect(
      dotChartSvg({ title: '', rows: ['a'], valueTitle: '', series: [{ name: 's', values: [1, 2] }] }),
    ).toMatchObject({
      left: { _tag: 'ShapeMismatch', field: 'series[0].values' },
    });
  });
});

describe('lineChartSvg', () => {
  const chart = (points: readonly { readonly x: number; readonly y: number | null }[]) =>
    right(
      lineChartSvg({
        title: 't',
        xTitle: 'epoch',
        yTitle: 'loss',
        naming: 'keys',
        yScale: 'log',
        curves: [{ name: 'run', color: { series: 0 }, points }],
      }),
    );
  const pathOf = (svg: string) =>
    parseXml(svg).find(
      (element) => element.name === 'path' && hasClass(element, 'line') && (element.attributes.d ?? '').includes('L'),
    )!.attributes.d!;

  it('breaks the line at a gap, marks a point between two gaps, and says so', () => {
    const svg = chart([1, 0.5, null, 0.2, Number.NaN, 0.1, 0.05].map((y, x) => ({ x, y })));
    expect(pathOf(svg).match(/M/g)).toHaveLength(3);
    expect(parseXml(svg).filter(({ name }) => name === 'circle')).toHaveLength(1);
    expect(texts(svg)).toContain('Not finite in places, drawn as gaps: run (2 points).');
  });

  it('counts every point whose place or value is not finite, and draws the others', () => {
    const anything = fc.oneof(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 9 }));
    const point = fc.record({ x: anything, y: fc.option(anything) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
        const svg = chart(points);
        const gaps = points.filter(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y ?? Number.NaN)).length;
        const notes = texts(svg).filter((text) => text.startsWith('Not finite'));
        const said = `Not finite in places, drawn as gaps: run (${gaps} point${gaps === 1 ? '' : 's'}).`;
        expect(notes).toEqual(gaps === 0 ? [] : [said]);
        const drawn = parseXml(svg).filter(
          ({ name, attributes }) => name === 'path' && attributes.class === 'line s0 dash0',
        );
        const vertices = drawn.map(({ attributes }) => (attributes.d!.match(/,/g) ?? []).length);
        // One path is the key's.
        expect(vertices.reduce((a, b) => a + b)).toBe(points.length - gaps);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out a band without a finite end', () => {
    const points = [0, 1].map((x) => ({ x, y: x + 1, low: Number.NaN, high: 3 }));
    const svg = chart(points);
    expect(parseXml(svg).filter((element) => hasClass(element, 'band'))).toEqual([]);
    expect(pathOf(svg)).toMatch(/^M/);
  });

  it('falls as the loss falls', () => {
    const places = [...pathOf(chart([1, 0.1, 0.01].map((y, x) => ({ x, y })))).matchAll(/[\d.]+,([\d.]+)/g)].map(
      ([, y]) => Number(y),
    );
    expect(places).toHaveLength(3);
    expect(places[1]! - places[0]!).toBeGreaterThan(0);
    // Equal factors are equal distances on a logarithmic axis.
    expect(places[2]! - places[1]!).toBeCloseTo(places[1]! - places[0]!, 0);
  });

  it('refuses nothing at all', () => {
    expect(lineChartSvg({ title: '', xTitle: '', yTitle: '', naming: 'keys', curves: [] })).toMatchObject({
      left: { _tag: 'Empty', field: 'curves' },
    });
  });
});

describe('rateChartSvg', () => {
  it('draws and names every group, biases dashed', () => {
    const svg = right(rateChartSvg(rates, 'rates'));
    expect(parseXml(svg).filter((element) => hasClass(element, 'curve'))).toHaveLength(rates.groups.length);
    for (const { name } of rates.groups) expect(texts(svg)).toContain(name);
    const lines = parseXml(svg).filter(
      ({ name, attributes }) => name === 'path' && /^line ds/.test(attributes.class ?? ''),
    );
    expect(lines.filter((line) => hasClass(line, 'bias'))).toHaveLength(lines.length / 2);
  });

  it('names all of 42 groups without one label over another', () => {
    const { groups: many } = syntheticSummary(42);
    const steps = [0, 1, 2];
    const svg = right(
      rateChartSvg(
        { groups: many, steps, eta: steps.map((k) => many.map((_, s) => 10 ** (-s / 10) * (k + 1))) },
        'rates',
      ),
    );
    const labels = parseXml(svg).filter(({ name, text }) => name === 'text' && text.startsWith('layers.'));
    const levels = labels.map(({ attributes }) => Number(attributes.y)).sort((a, b) => a - b);
    expect(levels).toHaveLength(42);
    for (const [k, level] of levels.entries()) if (k > 0) expect(level - levels[k - 1]!).toBeGreaterThan(11);
  });

  it('thins long series and says how', () => {
    const steps = Array.from({ length: 1000 }, (_, k) => k);
    const svg = right(
      rateChartSvg({ groups: [{ name: 'a', size: 1 }], steps, eta: steps.map((k) => [k + 1]) }, 'rates'),
    );
    expect(texts(svg)).toContain('Each point is the mean of 5 consecutive values.');
  });

  it('refuses rows that do not fit', () => {
    expect(rateChartSvg({ groups: rates.groups, steps: [0], eta: [[1]] }, '')).toMatchObject({
      left: { _tag: 'ShapeMismatch', field: 'rates.eta[0]' },
    });
    expect(rateChartSvg({ groups: rates.groups, steps: [], eta: [] }, '')).toMatchObject({ left: { _tag: 'Empty' } });
  });
});

describe('scatterChartSvg', () => {
  const draw = (guide: 'equality' | 'medians', count: number) =>
    right(
      scatterChartSvg({
        title: 't',
        xTitle: 'x',
        yTitle: 'y',
        guide,
        series: [
          {
            name: 's',
            points: Array.from({ length: count }, (_, k) => ({
              x: (k % 5) - 2,
              y: k === 7 ? null : k - 10,
              label: `p${k}`,
            })),
          },
        ],
      }),
    );

  it('leaves out what is not finite, and says so', () => {
    const svg = draw('equality', 20);
    expect(parseXml(svg).filter(({ name }) => name === 'circle')).toHaveLength(19);
    expect(texts(svg)).toContain('1 point is not finite and left out.');
  });

  it('draws equality where x and y agree', () => {
    const svg = right(
      scatterChartSvg({
        title: 't',
        xTitle: 'x',
        yTitle: 'y',
        guide: 'equality',
        series: [{ name: 's', points: [-3, 0.5, 40].map((v) => ({ x: v, y: v, label: '' })) }],
      }),
    );
    const elements = parseXml(svg);
    const diagonal = elements
      .find((element) => hasClass(element, 'identity'))!
      .attributes.d!.slice(1)
      .split('L')
      .map((pair) => pair.split(' ').map(Number));
    const dots = elements
      .filter(({ name }) => name === 'circle')
      .map(({ attributes }) => [Number(attributes.cx), Number(attributes.cy)]);
    expect(diagonal[0]).toEqual(dots[0]);
    expect(diagonal.at(-1)).toEqual(dots[2]);
  });

  it('keeps files small by drawing every so many points', () => {
    const svg = draw('medians', 4000);
    expect(parseXml(svg).filter(({ name }) => name === 'circle').length).toBeLessThanOrEqual(1500);
    expect(texts(svg)).toContain('One point in 3 is drawn, of 3,999.');
  });
});
