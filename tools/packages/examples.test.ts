import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  brokenPromise,
  importsOf,
  installedBy,
  isFragment,
  isInstallation,
  promisesOf,
} from './examples.mjs';

const readme = `# A package

\`\`\`sh
npm install @scope/a fp-ts
\`\`\`

\`\`\`js
import { readFileSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import { a } from '@scope/a/part';

console.log(a); // 0.333333333333 …
console.log(b);
// [
//   1 ]
console.log(c);
\`\`\`

\`\`\`sh
train --data DIR
\`\`\`
`;
const [install, example, training] = blocksOf(readme);

describe('the blocks of a README', () => {
  it('are found with their language', () => {
    expect([install, example, training].map((block) => block?.language)).toEqual(['sh', 'js', 'sh']);
  });

  it('are fragments where the reader must bring a folder', () => {
    expect([install, example, training].map((block) => isFragment(block!))).toEqual([false, false, true]);
  });

  it('only install, or do more', () => {
    expect([install, example, training].map((block) => isInstallation(block!))).toEqual([true, false, false]);
  });

  it('import packages, which the README names for installing', () => {
    expect(importsOf(example!.code)).toEqual(['fp-ts', '@scope/a']);
    expect(installedBy(readme)).toEqual(['@scope/a', 'fp-ts']);
  });

  it('promise what the comments beside and below console.log say', () => {
    expect(promisesOf(example!.code)).toEqual(['0.333333333333 …', '[\n  1 ]']);
  });
});

describe('a promise', () => {
  it('is kept up to white space, an ellipsis and the seventh digit', () => {
    expect(brokenPromise(['0.33333333 … end', '[ 1 ]'], '0.33333334 and so\non, end\n[\n  1\n]')).toBeUndefined();
  });

  it('is broken by another number, another order, or silence', () => {
    expect(brokenPromise(['0.3333'], '0.3334')).toBe('0.3333');
    expect(brokenPromise(['a', 'b'], 'b a')).toBe('b');
    expect(brokenPromise(['a'], '')).toBe('a');
  });
});
