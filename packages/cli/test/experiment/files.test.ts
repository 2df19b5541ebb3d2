import { readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse.js';

const folder = new URL('../../../../experiments/', import.meta.url);

describe('the files in experiments/', () => {
  it.each(readdirSync(folder))('%s is an experiment', (name) => {
    const parsed = parseExperiment(readFileSync(new URL(name, folder), 'utf8'));
    expect(E.isLeft(parsed) ? parsed.left.message : '').toBe('');
  });
});
