import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hograd, linesWritten, metricsLines } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const read = (run: string, file: string): Buffer => readFileSync(join(folder, run, 'newton-summary', file));
const checkpoint = (run: string): string =>
  readdirSync(join(folder, run, 'newton-summary')).find((f) => f.endsWith('.npz'))!;
const binary = fileURLToPath(new URL('../bin/hograd.js', import.meta.url));

const stepsTaken = (run: string, steps: number): Promise<void> =>
  linesWritten(join(folder, run, 'newton-summary', 'metrics.jsonl'), steps);

const common = ['train', '--optimizer', 'newton-summary', '--epochs', '2', '--checkpoint-every', '30'];

describe('hograd train', { timeout: 120_000 }, () => {
  it('learns the synthetic digits, and leaves metrics, a checkpoint and a report', async () => {
    const { status, out } = await hograd(...common, '--out', join(folder, 'whole'), '--json');
    expect(status).toBe(0);
    const { runs, report } = JSON.parse(out);
    expect(runs[0].epochs).toHaveLength(2);
    expect(runs[0].epochs[1].trainLoss).toBeLessThan(runs[0].epochs[0].trainLoss);
    expect(runs[0].epochs[1].testAccuracy).toBeGreaterThan(0.7);
    expect(readFileSync(report, 'utf8')).toContain('0.weight');
  });

  it('judges the steps of the safeguarded method, and records what they did', async () => {
    const out = join(folder, 'safe');
    const { status } = await hograd('train', '--optimizer', 'newton-summary-safe', '--epochs', '1', '--out', out);
    expect(status).toBe(0);
    const lines = metricsLines(join(out, 'newton-summary-safe'));
    const judged = lines.filter((l) => l.predicted !== undefined);
    const due = judged.filter(({ back }) => back === undefined);
    expect(due.map(({ step }) => step)).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55, 65, 75, 85, 95]);
    for (const { decrease, retries } of judged) {
      expect(Number.isFinite(decrease)).toBe(true);
      expect(retries).toBeGreaterThanOrEqual(0);
    }
    // One step may raise the loss of its examples where its model said so; all of them together must not.
    expect(judged.reduce((sum, l) => sum + l.decrease, 0)).toBeGreaterThan(0);
  });

  it('interrupted and resumed gives the very bytes of an uninterrupted run', async () => {
    const running = hograd(...common, '--out', join(folder, 'parts'));
    await stepsTaken('parts', 40);
    process.emit('SIGINT');
    expect((await running).status).toBe(130);
    expect(checkpoint('parts')).not.toBe(checkpoint('whole'));
    // How often the state is saved may change.
    const second = await hograd(...common.slice(0, -1), '25', '--resume', join(folder, 'parts'));
    expect(second.status).toBe(0);
    expect(checkpoint('parts')).toBe(checkpoint('whole'));
    expect(read('parts', checkpoint('parts')).equals(read('whole', checkpoint('whole')))).toBe(true);
    expect(read('parts', 'metrics.jsonl').equals(read('whole', 'metrics.jsonl'))).toBe(true);
  });

  it.each([
    ['whoever manages the process asks it to', ['SIGTERM']],
    ['its terminal closes, as the kernel and the shell say', ['SIGHUP', 'SIGHUP']],
  ] as const)('stops at a step, with a checkpoint, where %s', async (_, signals) => {
    const run = `asked-${signals[0]}`;
    const child = spawn(process.execPath, [binary, ...common, '--out', join(folder, run)], { stdio: 'ignore' });
    const gone = once(child, 'exit');
    await stepsTaken(run, 40);
    for (const signal of signals) child.kill(signal);
    expect(await gone).toEqual([130, null]);
    expect(checkpoint(run)).toMatch(/\.npz$/);
  });

  it('killed outright and resumed gives the same bytes too', async () => {
    const child = spawn(process.execPath, [binary, ...common, '--out', join(folder, 'killed')], { stdio: 'ignore' });
    const gone = once(child, 'exit');
    await stepsTaken('killed', 70);
    child.kill('SIGKILL');
    await gone;
    const resumed = await hograd(...common, '--resume', join(folder, 'killed'));
    expect(resumed.status).toBe(0);
    expect(read('killed', checkpoint('killed')).equals(read('whole', checkpoint('whole')))).toBe(true);
    expect(read('killed', 'metrics.jsonl').equals(read('whole', 'metrics.jsonl'))).toBe(true);
  });

  it('interrupted in the first of two optimizers, goes on with it and then starts the second', async () => {
    const both = ['train', '--optimizer', 'sgd,adam', '--epochs', '1', '--checkpoint-every', '30'];
    const out = join(folder, 'two');
    const running = hograd(...both, '--out', out);
    while (!existsSync(join(out, 'sgd', 'metrics.jsonl'))) await setTimeout(5);
    process.emit('SIGINT');
    expect((await running).status).toBe(130);
    expect(readdirSync(out)).toEqual(['sgd']);
    const { status, out: text, err } = await hograd(...both, '--resume', out, '--json');
    expect(err).not.toContain('hograd:');
    expect(status).toBe(0);
    const { runs } = JSON.parse(text);
    expect(runs.map((run: { optimizer: string; steps: number }) => [run.optimizer, run.steps])).toEqual([
      ['sgd', 100],
      ['adam', 100],
    ]);
  });

  it('takes groups from a file as from the name that means the same, and resumes while they are the same', async () => {
    const file = join(folder, 'groups.json');
    const write = (groups: readonly (readonly string[])[]) =>
      writeFileSync(file, JSON.stringify(groups.map((parameters) => ({ name: parameters[0], parameters }))));
    const trained = (out: string, ...args: string[]) =>
      hograd('train', '--optimizer', 'newton-summary', '--epochs', '1', out, join(folder, 'grouped'), ...args);
    write([['0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias']]);
    expect(
      (
        await hograd(
          'train',
          '--optimizer',
          'newton-summary',
          '--epochs',
          '1',
          '--out',
          join(folder, 'named'),
          '--partition',
          'trivial',
        )
      ).status,
    ).toBe(0);
    expect((await trained('--out', '--partition', file)).status).toBe(0);
    const losses = (run: string) =>
      read(run, 'metrics.jsonl')
        .toString()
        .match(/"loss":[^,}]*/g);
    expect(losses('grouped')).toHaveLength(100);
    expect(losses('grouped')).toEqual(losses('named'));
    const resume = () => trained('--resume', '--partition', file);
    expect((await resume()).status).toBe(0);
    write([
      ['0.weight', '0.bias'],
      ['1.weight', '1.bias', '2.weight', '2.bias'],
    ]);
    const { status, err } = await resume();
    expect(err).toMatch(
      /groups\.json has changed since .*newton-summary was started from it; resume with the file as it/,
    );
    expect(status).toBe(2);
  });

  it('keeps a run that diverges, with its reason, and trains the others; status 1', async () => {
    const out = join(folder, 'diverging');
    const args = ['train', '--optimizer', 'sgd,newton-summary', '--lr', '3e38', '--epochs', '1'];
    const { status, out: text, err } = await hograd(...args, '--out', out);
    expect(status).toBe(1);
    expect(text).toMatch(
      /^sgd failed: the loss became (NaN|Infinity) at step \d+; lower the rate \(--lr or --lambda1\)$/m,
    );
    expect(text).toMatch(/^newton-summary +\d/m);
    expect(err).not.toContain('hograd:');
    expect(existsSync(join(out, 'sgd', 'model.onnx'))).toBe(false);
    expect(existsSync(join(out, 'newton-summary', 'model.onnx'))).toBe(true);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/sgd, seed 1: the loss became/);
    const { runs } = JSON.parse((await hograd(...args, '--out', out, '--json')).out);
    expect(runs[0]).toMatchObject({
      optimizer: 'sgd',
      finished: false,
      failure: expect.stringMatching(/^the loss became/),
    });
    expect(runs[1]).toMatchObject({ optimizer: 'newton-summary', finished: true, steps: 100 });
  });

  it('checks every optimizer before the first one trains', async () => {
    const out = join(folder, 'unbegun');
    const { status, err } = await hograd('train', '--optimizer', 'sgd,adma', '--out', out);
    expect([status, err]).toEqual([2, expect.stringMatching(/^hograd: there is no optimizer "adma"/)]);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    [['--optimizer', 'sgd,adam', '--lambda-int', '1'], /--lambda-int is no option of sgd or adam; leave it out/],
    [['--optimizer', 'newton-summary', '--lr', '0.1'], /--lr is no option of newton-summary; leave it out/],
    [['--optimizer', 'adam', '--partition', 'layers'], /--partition is no option of adam; leave it out/],
    [['--optimizer', 'sgd', '--summary-batch', '10'], /--summary-batch is no option of sgd; leave it out/],
    [['--partition', 'nowhere.json'], /nowhere\.json does not exist; check the path/],
    [['--optimizer', 'sgd,sgd'], /--optimizer names "sgd" twice/],
    [['--out', join(binary, 'inside')], /cannot write .*: part of the path is a file, not a folder/],
    [['--optimizer', 'adma'], /there is no optimizer "adma"; there are newton-summary/],
    [['--model', 'bert'], /there is no model "bert"; there are small-mlp, mlp/],
    [['--lambda-int', '0', '--model', 'bert'], /there is no model "bert"/],
    [['--lambda-int', '-1'], /option '--lambda-int <X>' argument '-1' is invalid\. it must be a number, 0 or more\./],
    [['--epochs', '0'], /option '--epochs <N>' argument '0' is invalid\. it must be a whole number, 1 or more\./],
    [['--model', 'gpt'], /model "gpt" is not trained on images with labels; take one of small-mlp, mlp/],
    [
      ['--optimizer', 'sgd,adam', '--epochs', '1', '--batch', '50', '--resume', join(folder, 'two')],
      /was started with other options: batch was 100 and is 50 now; resume with the same ones/,
    ],
    [
      ['--batch', '4'],
      /newton-summary-safe cuts a summary's batch into 5 slices and it has 4 examples; give the batch/,
    ],
    [['--batch', '99999'], /: --batch is 99999; with \d+ examples to train on, give a whole number from 1 to \d+$/m],
    [['--summary-batch', '99998'], /: --summary-batch is 99998; with \d+ examples to train on, give/],
    [['--summary-batch', '1'], /into 5 slices and it has 1 example; /],
    [['--seed', '-1'], /it must be a whole number, from 0 to 9007199254740991/],
    [['--seed', '99999999999999999999'], /it must be a whole number, from 0 to 9007199254740991/],
    [['--resume', 'nowhere', '--out', 'x'], /--resume goes on in the folder that it names; leave out --out/],
    [['--resume', 'nowhere'], /nowhere holds no checkpoint of newton-summary-safe; start the run without --resume/],
  ])('refuses %s with status 2', async (args, message) => {
    const out = args.includes('--resume') ? [] : ['--out', join(folder, 'refused')];
    const { status, err } = await hograd('train', ...out, ...args);
    expect(err).toMatch(message);
    expect(status).toBe(2);
    expect(existsSync('nowhere')).toBe(false);
  });
});
