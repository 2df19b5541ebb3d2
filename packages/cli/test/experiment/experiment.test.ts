import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodeNpz, normal } from '@hograd/data';
import { tensor } from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { hograd } from '../capture.js';
import { scratch } from '../scratch.js';

const { folder } = scratch();

const binary = fileURLToPath(new URL('../../bin/hograd.js', import.meta.url));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const experiment = (optimizers: string, fields = ''): string => `
title: A small experiment
model: small-mlp
data: synthetic
train: 300
validation: 100
test: 200
epochs: 1
seeds: [1, 2]
${fields}
optimizers: ${optimizers}
`;

const file = write('small.yaml', experiment('[{ optimizer: adam, lr: [0.01, 0.001] }, { optimizer: kfac }]'));
const run = (out: string, ...options: string[]) =>
  hograd('experiment', file, '--out', join(folder, out), '--threads', '1', '--json', ...options);

/** Conducts an experiment whose files lie in the tests' folder. */
const conduct = (name: string, text: string) =>
  hograd(
    'experiment',
    write(`${name}.yaml`, text),
    '--out',
    join(folder, name),
    '--threads',
    '1',
    '--data-root',
    folder,
  );

const filesNamed = (out: string, name: string): readonly string[] =>
  (existsSync(join(folder, out)) ? readdirSync(join(folder, out), { recursive: true, encoding: 'utf8' }) : [])
    .filter((path) => path.endsWith(name))
    .map((path) => join(folder, out, path))
    .toSorted();

/** What a run writes that depends on nothing but its plan. */
const numbers = (out: string): readonly string[] =>
  filesNamed(out, 'metrics.jsonl').map((path) => readFileSync(path, 'utf8'));

const fromWhole = (out: string): readonly string[] =>
  filesNamed(out, 'metrics.jsonl').map((path) => path.slice(join(folder, out).length));

describe('hograd experiment', { timeout: 300_000 }, () => {
  it('searches the grid, trains from every seed, and leaves results and a report', async () => {
    const { status, out, err } = await run('whole');
    expect(status).toBe(0);
    const { outcome, report, results } = JSON.parse(out);
    const [setup] = outcome.setups;
    const [adam, kfac] = setup.optimizers;
    expect(adam.grid.map((g: { settings: unknown }) => g.settings)).toEqual([{ lr: 0.01 }, { lr: 0.001 }]);
    const best = adam.grid.toSorted(
      (a: { trainLoss: number }, b: { trainLoss: number }) => a.trainLoss - b.trainLoss,
    )[0];
    expect(adam.selected).toEqual(best.settings);
    for (const { runs, final } of [adam, kfac]) {
      expect(runs.map((r: { plan: { seed: number } }) => r.plan.seed)).toEqual([1, 2]);
      expect(final).toMatchObject({ runs: 2, failed: 0 });
      for (const { outcome: how, epochs, steps, peakBytes } of runs) {
        expect([how, steps]).toEqual(['finished', 3]);
        expect(epochs).toHaveLength(1);
        expect(epochs[0].validationAccuracy).toBeGreaterThan(0);
        expect(epochs[0].seconds).toBeGreaterThan(0);
        // A process with Node and ONNX Runtime in it holds more than 50 MB.
        expect(peakBytes).toBeGreaterThan(5e7);
      }
    }
    expect(readFileSync(report, 'utf8')).toContain('grid search');
    expect(JSON.parse(readFileSync(results, 'utf8'))).toMatchObject({ title: 'A small experiment', setups: [{}] });
    expect(err).toMatch(/5\/5 small-mlp on synthetic: /);
  });

  it('gives the same numbers whatever the number of workers', async () => {
    expect((await run('two', '--workers', '2')).status).toBe(0);
    expect(fromWhole('two')).toEqual(fromWhole('whole'));
    expect(numbers('two')).toEqual(numbers('whole'));
  });

  it('does not repeat a run that is over', async () => {
    const before = filesNamed('whole', 'record.json').map((path) => statSync(path).mtimeMs);
    const { status, err } = await run('whole');
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(filesNamed('whole', 'record.json').map((path) => statSync(path).mtimeMs)).toEqual(before);
  });

  it('goes on after it was killed outright', async () => {
    const out = join(folder, 'killed');
    const child = spawn(process.execPath, [binary, 'experiment', file, '--out', out, '--threads', '1'], {
      stdio: 'ignore',
    });
    const gone = once(child, 'exit');
    while (filesNamed('killed', 'record.json').length < 1) await setTimeout(20);
    child.kill('SIGKILL');
    await gone;
    const [first] = filesNamed('killed', 'record.json');
    const before = statSync(first!).mtimeMs;
    expect(filesNamed('killed', 'results.json')).toEqual([]);
    expect((await run('killed')).status).toBe(0);
    expect(statSync(first!).mtimeMs).toBe(before);
    expect(numbers('killed')).toEqual(numbers('whole'));
  });

  it('stops at an interrupt with status 130, and goes on with the same command', async () => {
    const running = run('interrupted');
    while (filesNamed('interrupted', 'metrics.jsonl').length < 1) await setTimeout(20);
    process.emit('SIGINT');
    const { status, err } = await running;
    expect(status).toBe(130);
    expect(err).toMatch(/interrupted; the same command goes on from /);
    expect((await run('interrupted')).status).toBe(0);
    expect(numbers('interrupted')).toEqual(numbers('whole'));
  });

  it('keeps a run that diverged, with its reason, and the others', async () => {
    const diverging = write(
      'diverging.yaml',
      experiment('[{ name: wild, optimizer: sgd, lr: [1.0e+38, 3.0e+38] }, { optimizer: adam }]', 'tuningSeeds: [3]'),
    );
    const { status, out } = await hograd('experiment', diverging, '--out', join(folder, 'diverging'), '--json');
    expect(status).toBe(0);
    const { outcome, report } = JSON.parse(out);
    const [wild, adam] = outcome.setups[0].optimizers;
    expect(wild).toMatchObject({ selected: null, runs: [], grid: [{ trainLoss: null }, { trainLoss: null }] });
    expect(wild.grid[0].runs[0]).toMatchObject({ outcome: 'failed', plan: { seed: 3 } });
    expect(wild.grid[0].runs[0].reason).toMatch(/^the (test )?loss became (NaN|Infinity) (at step|after epoch) \d$/);
    expect(adam.final).toMatchObject({ runs: 2, failed: 0 });
    expect(readFileSync(report, 'utf8')).toContain(wild.grid[0].runs[0].reason);
  });

  it('trains a model’s file under --data-root as the model that it was exported from, and anew once it has changed', async () => {
    const source = (model: string) =>
      experiment('[{ optimizer: adam }]').replace('small-mlp', model).replace('[1, 2]', '[1]');
    const exported = (seed: number) =>
      hograd('export', 'small-mlp', '--seed', String(seed), '--out', join(folder, 'net.onnx'));
    const conducted = (name: string, model: string) => conduct(name, source(model));
    await exported(1);
    expect((await conducted('named', 'small-mlp')).status).toBe(0);
    expect((await conducted('file', 'net.onnx')).status).toBe(0);
    expect(numbers('file')).toEqual(numbers('named'));
    await exported(2);
    expect((await conducted('file', 'net.onnx')).status).toBe(0);
    const both = numbers('file');
    expect(both).toHaveLength(2);
    expect(both.filter((text) => text === numbers('named')[0])).toHaveLength(1);
  });

  it('trains anew on data that have changed under the same name', async () => {
    const data = (seed: number): void => {
      const values = (stream: string, count: number) =>
        tensor(Array.from(normal([seed, stream], 4 * count)), [count, 4], 'float32');
      const labels = (count: number) =>
        tensor(
          Array.from({ length: count }, (_, i) => i % 3),
          [count],
          'int64',
        );
      const arrays = {
        x_train: values('train', 400),
        y_train: labels(400),
        x_test: values('test', 200),
        y_test: labels(200),
      };
      writeFileSync(join(folder, 'live.npz'), encodeNpz()(arrays));
    };
    const source = experiment('[{ optimizer: adam }]').replace('synthetic', 'live.npz').replace('[1, 2]', '[1]');
    const conducted = () => conduct('live', source);
    data(1);
    expect((await conducted()).status).toBe(0);
    expect((await conducted()).status).toBe(0);
    expect(numbers('live')).toHaveLength(1);
    data(2);
    expect((await conducted()).status).toBe(0);
    expect(numbers('live')).toHaveLength(2);
  });

  it('takes groups from a file under --data-root as from the name that means the same, and anew once they have changed', async () => {
    const conducted = (name: string, partition: string) =>
      conduct(name, experiment(`[{ optimizer: newton-summary, partition: ${partition} }]`).replace('[1, 2]', '[1]'));
    const groups = (...of: readonly (readonly string[])[]) =>
      write('groups.json', JSON.stringify(of.map((parameters) => ({ name: `${parameters[0]} …`, parameters }))));
    const [first, ...rest] = ['0', '1', '2'].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
    groups([first!, ...rest]);
    expect((await conducted('one-rate', 'trivial')).status).toBe(0);
    expect((await conducted('from-file', 'groups.json')).status).toBe(0);
    const losses = (out: string) => numbers(out).map((text) => text.match(/"loss":[^,}]*/g));
    expect(losses('one-rate')[0]).toHaveLength(3);
    expect(losses('from-file')).toEqual(losses('one-rate'));
    groups([first!], rest);
    expect((await conducted('from-file', 'groups.json')).status).toBe(0);
    expect(numbers('from-file')).toHaveLength(2);
  });

  it.each([
    [['nowhere.yaml'], /nowhere\.yaml does not exist; check the path/],
    [
      [write('wrong.yaml', experiment('[{ optimizer: adam, lr: 0 }]'))],
      /wrong\.yaml: optimizers\[0\]\.lr is 0; it must/,
    ],
    [
      [write('large.yaml', experiment('[{ optimizer: adam }]').replace('300', '999999'))],
      /^hograd: small-mlp on synthetic: train 999999 and validation 100 do not fit into the \d+ training examples/,
    ],
    [[write('batch.yaml', experiment('[{ optimizer: adam }]', 'batch: 400'))], /batch is 400; with 300 examples/],
    [
      [write('model.yaml', experiment('[{ optimizer: adam }]').replace('small-mlp', 'gpt'))],
      /gpt on synthetic: model "gpt" is not trained on images/,
    ],
    [
      [write('partition.yaml', experiment('[{ optimizer: newton-summary, partition: blocks }]'))],
      /partition "blocks" lacks its number/,
    ],
    [
      [write('absent.yaml', experiment('[{ optimizer: newton-summary, partition: absent.json }]'))],
      /^hograd: small-mlp on synthetic: absent\.json does not exist; check the path/,
    ],
    [
      [write('missing.yaml', experiment('[{ optimizer: adam }]').replace('small-mlp', 'missing.onnx'))],
      /^hograd: missing\.onnx on synthetic: missing\.onnx does not exist; check the path/,
    ],
    [[file, '--data-root', 'x', '--workers', '0'], /option '--workers <N>' argument '0' is invalid/],
  ])('refuses %j with status 2 before any run', async (args, message) => {
    const { status, err } = await hograd('experiment', '--out', join(folder, 'refused'), ...args);
    expect(err).toMatch(message);
    expect(status).toBe(2);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  it('refuses a folder that another process works in', async () => {
    const out = join(folder, 'whole');
    writeFileSync(join(out, 'lock'), `${process.ppid}\n`);
    const { status, err } = await run('whole');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/is in use by process \d+; wait for it, give another --out/),
    ]);
    rmSync(join(out, 'lock'));
  });
});
