/** What a run leaves that was killed in the middle of writing. */

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readRecord } from '../src/experiment/record.js';
import { attempt } from '../src/failure.js';
import { mendLines, readLines } from '../src/jsonLines.js';
import { epochsOf } from '../src/training/metrics.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a file that grows line by line', () => {
  it('is read without a last line that is torn, which is cut off before it grows again', async () => {
    const path = file('lines.jsonl', '{"a":"λ"}\n{"a":2}\n{"a":');
    expect(await readLines(path)).toEqual([{ a: 'λ' }, { a: 2 }]);
    await mendLines(path);
    expect(readFileSync(path, 'utf8')).toBe('{"a":"λ"}\n{"a":2}\n');
    await mendLines(path);
    expect(await readLines(path)).toHaveLength(2);
    const torn = file('torn.jsonl', '{"a":');
    expect(await readLines(torn)).toEqual([]);
    await mendLines(torn);
    expect(readFileSync(torn, 'utf8')).toBe('');
  });

  it('need not be there; one that cannot be read or holds something else is refused', async () => {
    const absent = join(folder, 'absent.jsonl');
    expect(await readLines(absent)).toEqual([]);
    await mendLines(absent);
    const refusal = async (path: string) => {
      const read = await attempt(() => readLines(path));
      return E.isLeft(read) ? read.left : undefined;
    };
    const other = file('other.jsonl', '{"a":1}\n{"a":\n{"a":3}\n');
    expect(await refusal(other)).toEqual({
      status: 2,
      message: `line 2 of ${other} is not JSON; it was not written by hograd`,
    });
    expect((await refusal(folder))?.message).toMatch(/^cannot read .*: it is a folder, give a file$/);
  });
});

describe('a run that is over', () => {
  it('is not taken for one that is not, because its record cannot be read', async () => {
    const run = join(folder, 'over');
    mkdirSync(join(run, 'record.json'), { recursive: true });
    await expect(readRecord(run)).rejects.toThrow(/^cannot read .*record\.json: it is a folder, give a file$/);
    expect(await readRecord(join(folder, 'nowhere'))).toBeUndefined();
  });
});

describe('a training run that was killed', { timeout: 60_000 }, () => {
  const out = join(folder, 'run');
  const adam = join(out, 'adam');
  const train = (where: string, epochs: number) =>
    hograd('train', '--optimizer', 'adam', where, out, '--epochs', String(epochs));

  it('goes on after what it was writing, and its epochs are those that were over', async () => {
    expect((await train('--out', 1)).status).toBe(0);
    const [timings, metrics] = ['timings.jsonl', 'metrics.jsonl'].map((name) => join(adam, name)) as [string, string];
    // Of an epoch that ends with the process, the metrics are written before its time.
    const second = readFileSync(metrics, 'utf8').trim().split('\n').at(-1)!.replace('"epoch":1', '"epoch":2');
    appendFileSync(metrics, `${second}\n{"step":`);
    appendFileSync(timings, '{"epoch":2,"sec');
    expect((await epochsOf(adam)).map(({ epoch }) => epoch)).toEqual([1]);
    expect(await train('--resume', 2)).toMatchObject({ status: 0 });
    const epochs = await epochsOf(adam);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    for (const { seconds } of epochs) expect(seconds).toBeGreaterThan(0);
  });

  it('is refused in a line where its checkpoint is of other samplers', async () => {
    const path = join(adam, 'checkpoint.json');
    const saved = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...saved, gradientSampler: { ...saved.gradientSampler, batch: 7 } }));
    expect(await train('--resume', 3)).toMatchObject({
      status: 2,
      err: `hograd: ${adam}: the saved sampler state has batch 7 instead of 100; resume with the options it was saved under\n`,
    });
  });
});
