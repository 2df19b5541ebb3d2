/** What the package's declarations ask of whoever compiles against them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Every declaration that the public one leads to, and the packages that they name. */
const reachable = (entry: string) => {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const visit = (url: URL): void => {
    if (files.has(url.href)) return;
    files.add(url.href);
    const text = readFileSync(fileURLToPath(url), 'utf8');
    for (const [, from] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
      if (from!.startsWith('.')) visit(new URL(from!.replace(/\.js$/, '.d.ts'), url));
      else packages.add(from!);
    }
  };
  visit(new URL(entry, import.meta.url));
  return { files, packages };
};

describe('the built declarations', () => {
  it('name fp-ts and nothing else: onnx-proto’s own do not compile without skipLibCheck', () => {
    const { files, packages } = reachable('../dist/index.d.ts');
    expect(files.size).toBeGreaterThan(50);
    expect([...packages].every((name) => name.startsWith('fp-ts/'))).toBe(true);
  });
});
