import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Epoch, Run, SummaryReport } from '../src/index.js';
import { analysisReport, experimentReport, summaryReport, trainingReport } from '../src/index.js';
import { printable } from '../src/markup.js';
import { script } from '../src/pages/script.js';
import { MOST_TABS, pageStyle } from '../src/style/page-style.js';
import { hasClass, parseHtml, right, summaries, syntheticSummary, trajectories } from './markup.js';

const about = {
  title: 'Curvature',
  model: 'model.onnx',
  engine: 'stacked',
  dtype: 'float64',
  seconds: { build: 0.1, compile: 0.2, run: 0.003 },
  provenance: { command: 'hograd summarize model.onnx' },
} as const;

const summaryInput = (name: keyof typeof summaries): SummaryReport => ({ ...about, ...summaries[name] });

const newton = trajectories['newton-period1']!;

const run = (name: string, seed: number, losses: readonly (number | null)[], more: Partial<Run> = {}): Run => ({
  name,
  optimizer: name.toLowerCase(),
  seed,
  epochs: losses.map(
    (trainLoss, k): Epoch => ({
      epoch: k + 1,
      trainLoss,
      testLoss: trainLoss,
      testAccuracy: 0.9 + 0.01 * k,
      seconds: 2,
    }),
  ),
  ...more,
});

const runs: readonly Run[] = [
  run('Newton', 1, [1, 0.5, 0.1], {
    rates: {
      groups: newton.groups,
      steps: newton.steps.map(({ step }) => step),
      eta: newton.steps.map(({ rates }) => rates!),
    },
    summary: { groups: newton.groups, gbar: newton.steps[19]!.gbar!, Hbar: newton.steps[19]!.Hbar! },
    steps: newton.steps.map(({ step, loss }) => ({ step, loss })),
  }),
  run('Newton', 2, [1, 0.6, 0.3]),
  run('Adam', 1, [1, 0.8, 0.6]),
  run('Adam', 2, [1, null], { failure: 'diverged at epoch 2' }),
];

const analysisInput = {
  title: 'Analysis',
  model: 'MLP',
  dataset: 'points',
  groups: newton.groups,
  snapshots: [0, 19].map((k) => ({ label: `step ${k}`, Hbar: newton.steps[k]!.Hbar! })),
  windows: [{ label: 'steps 0 to 4', eta: newton.steps[0]!.eta! }],
  rates: {
    groups: newton.groups,
    steps: newton.steps.map(({ step }) => step),
    eta: newton.steps.map(({ eta }) => eta!),
  },
  predictions: [
    { step: 0, predicted: -0.1, actual: -0.08 },
    { step: 1, predicted: -0.2, actual: 0.01 },
    { step: 2, predicted: Number.NaN, actual: 0 },
  ],
  provenance: {},
};

const pages = {
  summary: () => right(summaryReport(summaryInput('vgg-tiny'))),
  training: () =>
    right(trainingReport({ title: 'Training', command: 'hograd train', runs, dataset: 'digits', seed: 1 })),
  analysis: () => right(analysisReport(analysisInput)),
  experiment: () =>
    right(
      experimentReport({
        title: 'Experiment',
        command: 'hograd experiment x.yaml',
        setups: [
          { name: 'A', runs },
          { name: 'B', runs },
        ],
      }),
    ),
} as const;

const textOf = (page: string): string => parseHtml(page).elements.find(({ name }) => name === 'main')!.text;

const attributesOf = (page: string, attribute: string): readonly string[] =>
  parseHtml(page).elements.flatMap(({ attributes }) =>
    attributes[attribute] === undefined ? [] : [attributes[attribute]],
  );

describe.each(Object.entries(pages))('the %s page', (_, write) => {
  const page = write();

  it('is HTML that no parser has to repair', () => {
    expect(parseHtml(page).repairs).toEqual([]);
  });

  it('loads nothing and sends nothing', () => {
    for (const attribute of ['src', 'href', 'srcset', 'action', 'poster'])
      expect(attributesOf(page, attribute)).toEqual([]);
    expect(page).not.toMatch(/url\(|@import|fetch\(|XMLHttpRequest|https?:/);
  });

  it('has unique ids, and every reference finds its own', () => {
    const ids = attributesOf(page, 'id');
    expect(new Set(ids).size).toBe(ids.length);
    const references = ['aria-labelledby', 'aria-describedby', 'for'].flatMap((attribute) =>
      attributesOf(page, attribute),
    );
    expect(references.length).toBeGreaterThan(4);
    for (const reference of references) expect(ids).toContain(reference);
  });

  it('names and describes every picture', () => {
    const pictures = parseHtml(page).elements.filter(({ name }) => name === 'svg');
    expect(pictures.length).toBeGreaterThan(2);
    for (const { attributes } of pictures) {
      expect(attributes).toMatchObject({
        role: 'img',
        'aria-labelledby': expect.any(String),
        'aria-describedby': expect.any(String),
      });
    }
  });

  it('is the same text for the same data', () => {
    expect(write()).toBe(page);
  });
});

describe('summaryReport', () => {
  const page = pages.summary();
  const text = textOf(page);

  it('begins with the answer in words: rates at λ_int = 1, negative ones, the strongest interaction', () => {
    const headline = parseHtml(page)
      .elements.filter((element) => hasClass(element, 'headline'))
      .map((element) => element.text);
    expect(headline).toEqual([
      'Suggested learning rates at λ_int = 1: weights 0.505 to 0.68 (median 0.592); biases 4.51 to 110 (median 31.3).',
      '7 groups want a negative rate: jointly with the others the loss falls when they step the other way.',
      expect.stringMatching(
        /^The groups that interact most are layers\.0\.weight and layers\.0\.bias \(2\.8 times the geometric mean/,
      ),
    ]);
  });

  it('says that there is no step to take along a direction in which the gradient is zero', () => {
    const input = summaryInput('vgg-tiny');
    const gbar = input.groups.map(() => 0);
    const still = textOf(right(summaryReport({ ...input, gbar, eta: [{ lambdaInt: 1, eta: gbar }] })));
    expect(still).toContain('The gradient along the direction is zero in every group: ');
    expect(still).not.toContain('positive learning rate');
  });

  it('says what the derivatives are along and of how many examples, below the title, and the notes', () => {
    const said = {
      direction: 'the gradient on the same inputs',
      examples: 60,
      notes: ['drawn at random, seed 1: mask'],
    };
    const write = (more: Partial<SummaryReport>) =>
      parseHtml(right(summaryReport({ ...summaryInput('vgg-tiny'), ...more })))
        .elements.filter((element) => hasClass(element, 'subtitle') || hasClass(element, 'remark'))
        .map((element) => element.text);
    expect(write(said)).toEqual([
      'Derivatives of the loss over 60 examples, along u, the gradient on the same inputs',
      'Drawn at random, seed 1: mask.',
    ]);
    expect(write({ examples: 1 })).toEqual(['Derivatives of the loss over 1 example']);
    expect(write({ direction: 'v' })).toEqual(['Derivatives of the loss along u, v']);
    expect(write({})).toEqual([]);
  });

  it('does not tell weights from biases by letters where it is told the kinds or shapes', () => {
    const summary = { ...syntheticSummary(2), gbar: [1, 1], eta: [{ lambdaInt: 1, eta: [2, 3] }], loss: 1 };
    const headline = (groups: SummaryReport['groups']) =>
      textOf(right(summaryReport({ ...about, ...summary, groups })));
    const names = [
      { name: 'b', size: 6 },
      { name: 'r.bias_ih_l0', size: 2 },
    ] as const;
    expect(headline([{ ...names[0], kind: 'weight' }, names[1]])).toContain('weights 2; biases 3.');
    expect(headline([{ ...names[0], shape: [3, 2] }, names[1]])).toContain('weights 2; biases 3.');
  });

  it.each([
    ['entries of 0', 0, {}, true],
    ['entries below the rounding of float64', 1e-17, {}, true],
    ['entries that float64 tells from 0', 1e-9, {}, false],
    ['entries below the rounding of float32', 1e-9, { dtype: 'float32' }, true],
    ['groups whose gradient is rounding', 0.7, { inexact: ['layers.1.weight'] }, true],
    ['entries that count', 0.7, {}, false],
  ])('says whether groups interact: %s', (_, entry, more, none) => {
    const Hbar = [
      [1, 0, entry],
      [0, 1, 0],
      [entry, 0, 1],
    ];
    const said = textOf(right(summaryReport({ ...about, ...syntheticSummary(3), loss: 1, eta: [], Hbar, ...more })));
    expect(said.includes('No two groups interact: off its diagonal H̄ is zero or no more than rounding.')).toBe(none);
    expect(said.includes('interact most')).toBe(!none);
  });

  it('says nothing of interactions that cannot be judged: of groups without curvature, or not finite', () => {
    for (const entry of [1, Number.NaN]) {
      const Hbar = [
        [0, entry],
        [entry, 1],
      ];
      const said = textOf(right(summaryReport({ ...about, ...syntheticSummary(2), loss: 1, eta: [], Hbar })));
      expect(said).not.toMatch(/No two groups interact|interact most/);
    }
  });

  it('names no rates where every gradient is rounding, and counts directions along which η* is free', () => {
    const summary = { ...about, ...syntheticSummary(2), loss: 1 };
    const eta = [{ lambdaInt: 0, eta: [0, 0], residual: 0, flatDirections: 1 }];
    const inexact = summary.groups.map(({ name }) => name);
    expect(textOf(right(summaryReport({ ...summary, eta, inexact })))).toContain(
      'The gradient is zero or no more than rounding in every group: ',
    );
    expect(textOf(right(summaryReport({ ...summary, eta })))).toContain('flat directions');
    expect(textOf(right(summaryReport({ ...summary, eta: [{ ...eta[0]!, flatDirections: 0 }] })))).not.toContain(
      'flat',
    );
  });

  it('draws rates, slopes and third derivatives for narrow screens, too, with names that tell groups apart', () => {
    const summary = syntheticSummary(40);
    const groups = summary.groups.map((group, s) => ({ ...group, name: `encoder.layers.${s}.attention.weight` }));
    const eta = [{ lambdaInt: 1, eta: summary.gbar }];
    const { elements } = parseHtml(right(summaryReport({ ...about, ...summary, groups, eta, loss: 1 })));
    const narrow = elements.filter((element) => element.name === 'svg' && hasClass(element, 'on-narrow'));
    const broad = elements.filter((element) => element.name === 'svg' && hasClass(element, 'on-broad'));
    expect(narrow.map(({ attributes }) => attributes.width)).toEqual(['306', '306', '306']);
    expect(broad.map(({ attributes }) => attributes.width)).toEqual(['1080', '540', '540']);
    expect(broad.some((element) => hasClass(element, 'wide'))).toBe(false);
    for (let s = 0; s < 40; s++) expect(narrow[0]!.text).toContain(`l.${s}.a.weight`);
  });

  it('shows every group in every map and in the table', () => {
    const { groups } = summaries['vgg-tiny'];
    for (const { name } of groups) expect(text.split(name).length).toBeGreaterThan(8);
  });

  it('carries every entry of H̄ for the reader’s pointer, to four digits', () => {
    const flat = summaries['vgg-tiny'].Hbar.flat().map((value) => Number(value!.toPrecision(4)));
    const first = attributesOf(page, 'data-values')[0]!.split(',').map(Number);
    expect(first).toEqual(flat);
  });

  it('carries the very numbers as JSON', () => {
    const json = parseHtml(page).elements.find(({ attributes }) => attributes.id === 'numbers')!.text;
    expect(JSON.parse(json)).toMatchObject({ Hbar: summaries['vgg-tiny'].Hbar, gbar: summaries['vgg-tiny'].gbar });
  });

  it('says what the solver refused instead of dropping it', () => {
    expect(text).toContain('λ_int = 0: no solution (Unbounded). The cubic model is unbounded below; use λ_int > 0.');
  });

  it('stays under a megabyte with 42 groups and shows 100', () => {
    const write = (S: number) =>
      right(
        summaryReport({
          ...about,
          ...syntheticSummary(S),
          loss: 2.3,
          eta: [{ lambdaInt: 1, eta: syntheticSummary(S).gbar }],
        }),
      );
    expect(write(42).length).toBeLessThan(1_000_000);
    expect(parseHtml(write(100)).repairs).toEqual([]);
  });

  it.each([1, 2])('works with %i groups', (S) => {
    expect(parseHtml(right(summaryReport({ ...about, ...syntheticSummary(S), loss: 1, eta: [] }))).repairs).toEqual([]);
  });

  it('shows what is not finite as gaps, and warns', () => {
    const summary = syntheticSummary(4);
    const gbar = summary.gbar.map((value, s) => (s === 1 ? Number.NaN : value));
    const Hbar = summary.Hbar.map((row, s) => row.map((value, t) => (s + t === 5 ? null : value)));
    const said = textOf(
      right(summaryReport({ ...about, ...summary, gbar, Hbar, loss: Number.POSITIVE_INFINITY, eta: [] })),
    );
    expect(said).toContain('Not finite: 1 entry of ḡ and 2 entries of H̄.');
    expect(said).toContain('No inverse: H̄ has entries that are not finite.');
  });

  it('lives with any doubles anywhere', () => {
    const vector = (S: number) => fc.array(fc.option(fc.double()), { minLength: S, maxLength: S });
    const input = fc.integer({ min: 1, max: 4 }).chain((S) =>
      fc.record({
        gbar: vector(S),
        D3: vector(S),
        Hbar: fc.array(vector(S), { minLength: S, maxLength: S }),
        eta: fc.array(fc.record({ lambdaInt: fc.double({ min: 0, max: 1e3, noNaN: true }), eta: vector(S) }), {
          maxLength: 2,
        }),
      }),
    );
    fc.assert(
      fc.property(input, (numbers) => {
        const groups = numbers.gbar.map((_, s) => ({ name: `${s}.weight`, size: s }));
        const written = right(summaryReport({ ...about, ...numbers, groups, loss: null }));
        expect(parseHtml(written).repairs).toEqual([]);
        expect(/NaN|Infinity|undefined/.test(written.replace(/<script.*/s, ''))).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('escapes every text it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const summary = syntheticSummary(2);
        const written = right(
          summaryReport({
            ...about,
            ...summary,
            title: name,
            model: name,
            groups: [
              { name, size: 1 },
              { name: `${name}.bias`, size: 2 },
            ],
            loss: 1,
            eta: [{ lambdaInt: 0, error: { kind: name, message: name } }],
            provenance: { [`p${name}`]: name },
          }),
        );
        const { elements, repairs } = parseHtml(written);
        expect(repairs).toEqual([]);
        expect(elements.find((element) => element.name === 'h1')!.text).toBe(printable(name));
        expect(elements.filter((element) => element.name === 'script')).toHaveLength(2);
        expect(elements.some((element) => element.name === 'img' || element.name === 'b')).toBe(false);
      }),
      {
        numRuns: 20,
        examples: ['<script>x</script>', '</style>', '"><img>', '</script><b>', '<!--', '&amp;'].map((name) => [name]),
      },
    );
  });

  it.each([
    [{ groups: [], gbar: [], Hbar: [], D3: [] }, 'Empty', 'groups'],
    [{ gbar: [1] }, 'ShapeMismatch', 'gbar'],
    [{ Hbar: [[1]] }, 'ShapeMismatch', 'Hbar'],
    [{ D3: [] }, 'ShapeMismatch', 'D3'],
    [{ eta: [{ lambdaInt: 1, eta: [1] }] }, 'ShapeMismatch', 'eta[0].eta'],
  ])('refuses %j', (part, tag, field) => {
    expect(summaryReport({ ...summaryInput('rosenbrock'), ...part })).toMatchObject({ left: { _tag: tag, field } });
  });
});

describe('trainingReport', () => {
  const page = pages.training();
  const text = textOf(page);

  it('says how each run ended, lowest training loss first, failures included', () => {
    expect(text).toContain('Newton ends lowest: training loss 0.2 and test accuracy 92% after 3 epochs of 2 s each.');
    expect(text).toContain('Then Adam (training loss 0.6 and test accuracy 91.5%).');
    expect(text).toContain('Adam, seed 2: diverged at epoch 2');
    expect(text).toContain('0.6 (1 not finite)');
    expect(text).toContain('Adam: 1 of 2 runs has no value at the end; the mean is over the others.');
  });

  it('names the run whose groups interact, where there are several', () => {
    expect(text).toContain('In Newton’s H̄ the groups that interact most are ');
    const alone = trainingReport({ title: 't', command: 'c', dataset: 'd', runs: runs.slice(0, 1) });
    expect(textOf(right(alone))).toContain('The groups that interact most are ');
  });

  it('has curves by epoch and by wall time, rates, and the last H̄', () => {
    const titles = attributesOf(page, 'data-x-title');
    expect(titles.filter((title) => title === 'epoch')).toHaveLength(3);
    expect(titles.filter((title) => title === 'wall time in seconds')).toHaveLength(3);
    expect(titles).toContain('step');
    expect(text).toContain('Learning rate per group, Newton');
    expect(text).toContain('H̄ on a logarithmic colour scale');
  });

  it('spreads repeats: the band reaches from the lowest to the highest', () => {
    const curve = parseHtml(page).elements.find(({ attributes }) => attributes['data-name'] === 'Newton')!;
    expect(curve.attributes['data-y']).toBe('1,0.55,0.2');
    expect(parseHtml(page).elements.some((element) => hasClass(element, 'band'))).toBe(true);
  });

  it('does not let a run that diverged flatten the others', () => {
    const wild = run('Wild', 1, [2, 1e30, 1e35], { failure: 'the loss became Infinity' });
    const chart = (of: readonly Run[]) => right(trainingReport({ title: '', command: '', dataset: '', runs: of }));
    const text = chart([...runs.slice(0, 3), wild]);
    expect(text).toContain('Wild failed; its values of more than 10 times the others’ highest');
    expect(text).not.toMatch(/>10(³⁰|³⁵)</);
    expect(chart([wild])).not.toContain('Wild failed; its values');
  });

  it('says when no run finished an epoch', () => {
    const none = right(
      trainingReport({
        title: 't',
        command: 'c',
        dataset: 'd',
        runs: [run('Newton', 1, [], { failure: 'out of memory' })],
      }),
    );
    expect(textOf(none)).toContain('No run finished an epoch: there are no curves.');
    expect(textOf(none)).toContain('out of memory');
  });

  it('keeps a hundred warnings from burying the curves', () => {
    const many = Array.from({ length: 100 }, (_, k) => run('SGD', k, [1], { failure: 'diverged' }));
    const said = textOf(right(trainingReport({ title: 't', command: 'c', dataset: 'd', runs: many })));
    expect(said).toContain('And 95 more: see the tables.');
    expect(said).toContain('seed 99: diverged');
  });

  it('refuses no run, and rates that do not fit', () => {
    expect(trainingReport({ title: '', command: '', dataset: '', runs: [] })).toMatchObject({
      left: { _tag: 'Empty', field: 'runs' },
    });
    const wrong = run('a', 1, [1], { rates: { groups: newton.groups, steps: [0], eta: [] } });
    expect(trainingReport({ title: '', command: '', dataset: '', runs: [wrong] })).toMatchObject({
      left: { _tag: 'ShapeMismatch', field: 'runs[0].rates.eta' },
    });
  });
});

describe('analysisReport', () => {
  const text = textOf(pages.analysis());

  it('answers from the numbers: interaction between layers and how good the predictions were', () => {
    expect(text).toMatch(/Step 0: the median relative interaction between layers is 0\.\d+ in H̄ and [\d.]+ in H̄⁻¹\./);
    // Ratios 0.8 and −0.05: median 0.375, one of two signs agrees.
    expect(text).toContain(
      'The actual change of the loss was 0.375 times the predicted one (median of 2 steps); signs agree in 50%.',
    );
  });

  it.each([
    ['differ', [0.4, 0.8, 1, 1.4], 'half of them between 0.7 and 1.1 times'],
    ['are alike', [1.001, 0.999, 1, 1], 'for half of them 1 to two digits'],
  ])('says how far predictions are to be trusted, where they %s', (_, ratios, spread) => {
    const predictions = ratios.map((actual, step) => ({ step, predicted: 1, actual }));
    expect(textOf(right(analysisReport({ ...analysisInput, predictions })))).toContain(
      `(median of 4 steps, ${spread})`,
    );
  });

  it('has the blocks of H̄ and of its inverse at every snapshot', () => {
    for (const label of ['step 0', 'step 19']) {
      expect(text).toContain(`H̄, ${label}`);
      expect(text).toContain(`H̄⁻¹, ${label}`);
    }
    expect(text.split('WW: weights × weights')).toHaveLength(5);
  });

  it('refuses no snapshot', () => {
    expect(analysisReport({ ...analysisInput, snapshots: [] })).toMatchObject({
      left: { _tag: 'Empty', field: 'snapshots' },
    });
  });
});

describe('experimentReport', () => {
  it('has every setup and run in the final table', () => {
    const rows = parseHtml(pages.experiment())
      .elements.filter(({ name }) => name === 'tr')
      .map(({ text }) => text);
    expect(rows).toContain('ANewton20.2 ± 0.1492% ± 0%2 ± 00');
    expect(rows.filter((row) => /^[AB](Newton|Adam)/.test(row))).toHaveLength(4);
  });

  it('shows the runs of a search, warns of those that failed, and counts them apart', () => {
    const search = { runs: [run('Adam, lr 1', 1, [1, null], { failure: 'diverged at epoch 2' })] };
    const setups = [{ name: 'A', runs: [run('Adam', 1, [1, 0.5])], search }];
    const text = textOf(right(experimentReport({ title: 'X', command: 'x', setups })));
    expect(text).not.toMatch(/A: grid search: Adam/);
    expect(text).toContain('setups1runs1runs of the grid search1');
    expect(text).toMatch(/A: grid search, .*Adam, lr 1.*diverged at epoch 2/);
    expect(
      experimentReport({ title: '', command: '', setups: [{ ...setups[0]!, search: { runs: [] } }] }),
    ).toMatchObject({
      left: { _tag: 'Empty', field: 'setups[0].search.runs' },
    });
  });

  it('refuses a setup without runs', () => {
    expect(experimentReport({ title: '', command: '', setups: [{ name: 'A', runs: [] }] })).toMatchObject({
      left: { _tag: 'Empty', field: 'setups[0].runs' },
    });
  });
});

describe('the README', () => {
  it('has an example that works as printed', () => {
    const code = /```js\n(.*?)```/s.exec(
      readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8'),
    )![1]!;
    const written = new Map<string, string>();
    const run = new Function('summaryReport', 'writeFileSync', code.replaceAll(/^import .*$/gm, ''));
    run(summaryReport, (file: string, text: string) => written.set(file, text));
    expect(parseHtml(written.get('summary.html')!).repairs).toEqual([]);
  });
});

describe('what every page shares', () => {
  it('has a script that parses', () => {
    expect(() => new Function(script)).not.toThrow();
  });

  it('has a rule for every tab it may show', () => {
    expect(pageStyle.match(/\.panel:nth-of-type/g)).toHaveLength(MOST_TABS);
  });
});
