import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../src/analysis/analysis.js';
import { analyze } from '../src/commands/analyze.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const TABLES = ['moments', 'groups', 'matrices', 'rates', 'windows', 'taylor', 'reach'].map((name) => `${name}.csv`);
const common = ['--examples', '200', '--train-examples', '500', '--epochs', '2'];

type Row = Readonly<Record<string, string>>;

/** A table's rows by column; its names hold no commas. */
const table = (run: string, name: string): readonly Row[] => {
  const [head, ...lines] = readFileSync(join(folder, run, name), 'utf8')
    .trimEnd()
    .split('\r\n');
  const columns = head!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, k) => [columns[k], cell])));
};

describe('hograd analyze', { timeout: 120_000 }, () => {
  it('looks before every epoch and at the end, and writes what it saw as JSON, tables and a report', async () => {
    const out = join(folder, 'whole');
    const { status, out: text } = await hograd('analyze', ...common, '--windows', '2', '--out', out, '--json');
    expect(status).toBe(0);
    const analysis: Analysis = JSON.parse(text);
    expect(JSON.parse(readFileSync(join(out, 'analysis.json'), 'utf8'))).toEqual(analysis);
    expect(analysis).toMatchObject({
      model: 'small-mlp',
      optimizer: 'momentum',
      examples: { train: 500, validation: 0, measured: 200 },
      interrupted: false,
    });
    expect(analysis.groups.map(({ name, kind, depth }) => [name, kind, depth])).toEqual([
      ['0.weight', 'weight', 0],
      ['0.bias', 'bias', 0],
      ['1.weight', 'weight', 1],
      ['1.bias', 'bias', 1],
      ['2.weight', 'weight', 2],
      ['2.bias', 'bias', 2],
    ]);
    expect(analysis.moments.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 0],
      [1, 5],
      [2, 10],
    ]);
    const losses = analysis.moments.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('epoch 2, best test loss');
  });

  it('writes tables that say the same as the JSON', () => {
    const { groups, moments, windows }: Analysis = JSON.parse(
      readFileSync(join(folder, 'whole', 'analysis.json'), 'utf8'),
    );
    const names = groups.map(({ name }) => name);
    const matrices = table('whole', 'matrices.csv');
    expect(matrices).toHaveLength((2 * 3 * 6 * 7) / 2);
    for (const { epoch, matrix, block, row, column, value } of matrices) {
      const moment = moments.find((m) => m.epoch === Number(epoch))!;
      const [s, t] = [names.indexOf(row!), names.indexOf(column!)];
      const kinds = [groups[s]!, groups[t]!].map(({ kind }) => kind[0]!.toUpperCase()).sort();
      expect(block).toBe(kinds.reverse().join(''));
      const whole = matrix === 'H' ? moment.Hbar : (moment.inverse as readonly (readonly number[])[]);
      expect(Number(value)).toBe(whole[s]![t]);
    }
    for (const { from, to, lambda_int: lambdaInt, group, eta } of table('whole', 'windows.csv')) {
      const own = table('whole', 'rates.csv').filter(
        (r) =>
          r.lambda_int === lambdaInt &&
          r.group === group &&
          Number(r.epoch) >= Number(from) &&
          Number(r.epoch) <= Number(to),
      );
      expect(own.length).toBeGreaterThan(0);
      const mean = own.reduce((sum, r) => sum + Number(r.eta), 0) / own.length;
      expect(Number(eta) / mean).toBeCloseTo(1, 12);
    }
    expect(windows.map(({ from, to, moments: count }) => [from, to, count])).toEqual([
      [0, 0, 1],
      [1, 2, 2],
    ]);
    const columns = Object.fromEntries(TABLES.map((name) => [name, Object.keys(table('whole', name)[0]!).join()]));
    expect(columns).toEqual({
      'moments.csv':
        'epoch,step,loss,test_loss,test_accuracy,validation_loss,between_layers_H,between_layers_inverse,condition',
      'groups.csv': 'epoch,group,kind,layer,size,gbar,Hbar,D3',
      'matrices.csv': 'epoch,matrix,block,row,column,value,relative',
      'rates.csv': 'epoch,lambda_int,group,eta,refusal',
      'windows.csv': 'lambda_int,from,to,moments,group,eta',
      'taylor.csv': 'epoch,lambda_int,step_size,first,second,third,actual,error',
      'reach.csv': 'epoch,block,distance,pairs,Hbar,inverse',
    });
  });

  it.each(['momentum', 'newton-summary'])(
    'does not disturb the run: %s ends at the same bits as in hograd train',
    async (optimizer) => {
      const [alone, watched] = [join(folder, `alone-${optimizer}`), join(folder, `watched-${optimizer}`)];
      const trained = await hograd('train', '--optimizer', optimizer, '--epochs', '1', '--out', alone);
      const analyzed = await hograd(
        'analyze',
        '--optimizer',
        optimizer,
        '--epochs',
        '1',
        '--examples',
        '100',
        '--out',
        watched,
      );
      expect([trained.status, analyzed.status]).toEqual([0, 0]);
      const [checkpoint] = readdirSync(join(alone, optimizer)).filter((name) => name.endsWith('.npz'));
      for (const file of [checkpoint!, 'metrics.jsonl']) {
        const [one, other] = [alone, watched].map((run) => readFileSync(join(run, optimizer, file)));
        expect(one!.equals(other!)).toBe(true);
      }
    },
  );

  it('looks at the epochs that are chosen, and judges the best by held-out examples', async () => {
    const out = join(folder, 'chosen');
    const { status, out: text } = await hograd(
      'analyze',
      ...common,
      '--at',
      '0,2',
      '--validation',
      '300',
      '--lambda-int',
      '0.1',
      '--lambda-int',
      '1',
      '--step-size',
      '0.5',
      '--out',
      out,
      '--json',
    );
    expect(status).toBe(0);
    const { moments, examples, training }: Analysis = JSON.parse(text);
    expect(moments.map(({ epoch }) => epoch)).toEqual([0, 2]);
    expect(examples).toEqual({ train: 500, validation: 300, measured: 200 });
    expect(training.every(({ validationLoss }) => Number.isFinite(validationLoss))).toBe(true);
    for (const { eta, taylor } of moments) {
      expect(eta.map(({ lambdaInt }) => lambdaInt)).toEqual([0.1, 1]);
      expect(taylor!.steps.map(({ size }) => size)).toEqual([0.5]);
    }
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('epoch 2, best validation loss');
  });

  it('interrupted, ends with 130 and what there is by then', async () => {
    const out = join(folder, 'interrupted');
    const running = hograd('analyze', '--examples', '100', '--epochs', '50', '--out', out);
    const metrics = join(out, 'momentum', 'metrics.jsonl');
    while (!existsSync(metrics) || readFileSync(metrics, 'utf8').split('\n').length < 110) await setTimeout(5);
    process.emit('SIGINT');
    const { status, err } = await running;
    expect(status).toBe(130);
    expect(err).toContain(`interrupted; what there is by then is in ${out}`);
    const { moments, interrupted }: Analysis = JSON.parse(readFileSync(join(out, 'analysis.json'), 'utf8'));
    expect(interrupted).toBe(true);
    expect(moments.length).toBeGreaterThanOrEqual(1);
    expect(readdirSync(out).sort()).toEqual(['analysis.json', ...TABLES, 'momentum', 'report.html'].sort());
  });

  describe('resumed', () => {
    const options = {
      ...({ model: 'small-mlp', data: 'synthetic', optimizer: 'momentum', partition: 'canonical' } as const),
      ...({ epochs: 3, batch: 50, seed: 1, device: 'cpu', dtype: 'float32', memoryLimit: 2 ** 30 } as const),
      ...{ examples: 60, trainExamples: 150, testExamples: 100, lambdaInt: [1], stepSize: [1], windows: 2 },
      checkpointEvery: 2,
    };
    /** Asked to stop at the so-maniest time that it looks whether it is. */
    const analyzed = async (place: object, stopAt = Number.POSITIVE_INFINITY) => {
      let asked = 0;
      const seen: number[] = [];
      const watcher = {
        interrupted: () => {
          asked += 1;
          return asked >= stopAt;
        },
        onMoment: ({ epoch }: { readonly epoch: number }) => seen.push(epoch),
        ...{ onStart: () => {}, onStep: () => {}, onEpoch: () => {} },
      };
      const result = await analyze({ ...options, ...place }, 'hograd analyze', watcher)();
      if (E.isLeft(result)) throw new Error(result.left.message);
      return { ...result.right, seen, asked };
    };
    const withoutSeconds = (path: string) =>
      JSON.parse(readFileSync(path, 'utf8'), (key, value) => (key === 'seconds' ? undefined : value));

    it('comes to the files of an unbroken one, wherever it was interrupted', async () => {
      const whole = join(folder, 'unbroken');
      const { asked } = await analyzed({ out: whole });
      for (let stopAt = 1; stopAt < asked; stopAt += Math.ceil(asked / 5)) {
        const out = join(folder, `stopped-${stopAt}`);
        const first = await analyzed({ out }, stopAt);
        expect(first.analysis.interrupted).toBe(true);
        const second = await analyzed({ resume: out });
        expect([...first.seen, ...second.seen]).toEqual([0, 1, 2, 3]);
        for (const name of [...TABLES, 'report.html']) {
          expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'));
        }
        expect(withoutSeconds(join(out, 'analysis.json'))).toEqual(withoutSeconds(join(whole, 'analysis.json')));
      }
    });

    it('takes looks again whose steps were lost in a crash', async () => {
      const [whole, out] = [join(folder, 'unbroken'), join(folder, 'crashed')];
      const { asked } = await analyzed({ out }, 1).then(() => analyzed({ resume: out }));
      await analyzed({ out }, Math.floor(asked / 2));
      const looks = readFileSync(join(whole, 'momentum', 'moments.jsonl'), 'utf8');
      writeFileSync(join(out, 'momentum', 'moments.jsonl'), looks + looks.slice(0, 40));
      expect((await analyzed({ resume: out })).seen.at(-1)).toBe(3);
      expect(readFileSync(join(out, 'moments.csv'), 'utf8')).toBe(readFileSync(join(whole, 'moments.csv'), 'utf8'));
    });

    it('leaves the tables and the report of an earlier one alone until it has seen something', async () => {
      const out = join(folder, 'earlier');
      await analyzed({ out });
      const before = [...TABLES, 'report.html', 'analysis.json'].map((name) => readFileSync(join(out, name), 'utf8'));
      expect((await analyzed({ out }, 1)).files).toEqual([]);
      const after = [...TABLES, 'report.html', 'analysis.json'].map((name) => readFileSync(join(out, name), 'utf8'));
      expect(after).toEqual(before);
    });

    it.each([
      [['--resume', 'earlier', '--out', 'other'], /--resume goes on in the folder that it names; leave out --out/],
      [['--resume', 'nowhere'], /nowhere holds no checkpoint of momentum; start the run without --resume/],
      [['--resume', 'earlier', '--examples', '61'], /was started with other options: epochs was 3 and is 5 now/],
    ])('refuses %s', async (args, message) => {
      const placed = args.map((arg) => (['earlier', 'nowhere', 'other'].includes(arg) ? join(folder, arg) : arg));
      const { status, err } = await hograd('analyze', ...placed);
      expect(err).toMatch(message);
      expect(status).toBe(2);
    });
  });

  it('keeps what it saw of a run that diverges', async () => {
    const out = join(folder, 'diverged');
    const { status, err } = await hograd('analyze', ...common, '--lr', '1e38', '--out', out);
    expect(status).toBe(1);
    expect(err).toMatch(/the loss became .* what was measured is in/);
    expect(table('diverged', 'moments.csv')).toHaveLength(1);
  });

  it.each([
    [['--at', '3-1'], /--at: "3-1" is no epoch/],
    [['--at', '9'], /--at: epoch 9 is past the end; the run has 5 epochs/],
    [['--at', '9', '--epochs', '1'], /--at: epoch 9 is past the end; the run has 1 epoch\n/],
    [['--examples', '9999999'], /--examples 9999999 is more than the \d+ training examples/],
    [['--train-examples', '9999999'], /train 9999999 and validation 0 do not fit into the \d+ training examples/],
    [['--test-examples', '9999999'], /test 9999999 does not fit into the \d+ test examples/],
    [['--validation', '9999999'], /validation 9999999 leaves none of the \d+ training examples/],
    [['--optimizer', 'adma'], /there is no optimizer "adma"/],
    [['--optimizer', 'newton-summary', '--lr', '0.1'], /--lr is no option of newton-summary; leave it out/],
    [['--partition', 'nowhere.json'], /nowhere\.json does not exist/],
    [['--step-size', '0'], /it must be a number above 0/],
    [['--memory-limit', '1000'], /one example alone needs about .*, more than --memory-limit/],
  ])('refuses %s with status 2', async (args, message) => {
    const { status, err } = await hograd('analyze', '--out', join(folder, 'refused'), ...args);
    expect(err).toMatch(message);
    expect(status).toBe(2);
  });
});
