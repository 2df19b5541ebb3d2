import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { execute } from './execute.mjs';
import { judge } from './judge.mjs';

const path = mkdtempSync(`${tmpdir()}/hograd-judge-`);
const floats = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
writeFileSync(`${path}/data.bin`, floats([2, -4]));
const item = {
  path,
  sets: [{ outputs: [{ name: 'y', dtype: 'float32', shape: [2], offset: 0, length: 8 }] }],
};
const answer = (values: readonly number[], rest: object = {}) => ({
  sets: [[{ name: 'y', dtype: 'float32', shape: [2], data: floats(values).toString('base64'), ...rest }]],
});

describe("a runtime's answer", () => {
  it('agrees within the tolerance, measured against the largest entry', () => {
    expect(judge(item, answer([2, -4]))).toEqual({ verdict: 'agrees', far: 0 });
    expect(judge(item, answer([2.0003, -4])).verdict).toBe('agrees');
  });
  it.each([
    ['a value', answer([2.0005, -4])],
    ['not a number', answer([2, Number.NaN])],
    ['a shape', answer([2, -4], { shape: [1, 2] })],
    ['an element type', answer([2, -4], { dtype: 'float64' })],
    ['a name', answer([2, -4], { name: 'z' })],
    ['a batch left out', { sets: [] }],
  ])('differs by %s', (_, given) => {
    expect(judge(item, given).verdict).toBe('differs');
  });
  it('is judged however long it is', () => {
    const length = 300_000;
    const long = mkdtempSync(`${tmpdir()}/hograd-judge-`);
    const values = Array.from({ length }, (_, i) => i % 7);
    writeFileSync(`${long}/data.bin`, floats(values));
    const sets = [{ outputs: [{ name: 'y', dtype: 'float32', shape: [length], offset: 0, length: 4 * length }] }];
    expect(judge({ path: long, sets }, answer(values, { shape: [length] }))).toEqual({ verdict: 'agrees', far: 0 });
    expect(judge({ path: long, sets }, answer(values.with(-1, 9), { shape: [length] })).verdict).toBe('differs');
  });
  it('is a refusal where the runtime gave an error', () => {
    expect(judge(item, { error: 'no kernel' })).toEqual({ verdict: 'refuses', reason: 'no kernel' });
    expect(judge(item, { error: 'not ONNX' }, true)).toEqual({ verdict: 'differs', reason: 'not ONNX' });
  });
});

describe('a run over cases', () => {
  const script = (body: string): readonly string[] => [
    process.execPath,
    '--input-type=module',
    '--eval',
    `const print = (line) => console.log(JSON.stringify(line)); ${body}`,
    '--',
  ];
  it('goes on after a case that ends the process, and blames that case', async () => {
    const command = script(`
      print({ version: '1' });
      for (const name of process.argv.slice(1)) { if (name === 'b') { process.exitCode = 3; throw new Error('boom'); } print({ case: name, sets: [] }); }`);
    const { version, answers } = await execute(command, ['a', 'b', 'c']);
    expect(version).toBe('1');
    expect(answers.get('a')).toEqual({ case: 'a', sets: [] });
    expect(answers.get('b').error).toMatch(/the process ended \(1\)/);
    expect(answers.get('c')).toEqual({ case: 'c', sets: [] });
  });
  it('fails where the command does not even name its version', async () => {
    await expect(execute(script('process.exit(4)'), ['a'])).rejects.toThrow(/the process ended \(4\)/);
  });
});
