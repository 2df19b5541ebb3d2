import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Every module that a source file reaches, itself included; packages by name. */
const reached = (file: URL, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)) {
    if (specifier!.startsWith('.')) reached(new URL(specifier!.replace(/\.js$/, '.ts'), file), seen);
    else seen.add(specifier!);
  }
  return seen;
};

it('the pure entry reaches no module of Node, so that it runs in a browser', () => {
  const modules = reached(new URL('../src/pure.ts', import.meta.url));
  expect(modules.has('fflate')).toBe(true);
  expect([...modules].filter((module) => module.startsWith('node:'))).toEqual([]);
});
