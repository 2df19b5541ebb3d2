import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';

describe('hograd help', () => {
  it.each([
    [['help'], /^Usage: hograd \[options\] \[command\]/],
    [['help', 'train'], /^Usage: hograd train/],
    [['train', '--help'], /^Usage: hograd train/],
  ])('%s shows what there is', async (args, shown) => {
    const { status, out, err } = await hograd(...args);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(shown);
  });

  it.each([
    [['help', 'nope'], "hograd: unknown command 'nope'\n"],
    [['nope'], "hograd: unknown command 'nope'\n"],
    [['help', 'trian'], "hograd: unknown command 'trian'\n(Did you mean train?)\n"],
  ])('%s names what there is not, with status 2', async (args, said) => {
    expect(await hograd(...args)).toEqual({ status: 2, out: '', err: said });
  });
});
