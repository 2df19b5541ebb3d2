import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeStale, staleOf } from './stale.mjs';

const ENDINGS = ['.js', '.js.map', '.d.ts', '.d.ts.map'];

describe('what is stale in dist', () => {
  it('is what no source compiles to', () => {
    const built = (stem: string) => ENDINGS.map((ending) => stem + ending);
    const outputs = [...built('index'), ...built('pages/page'), ...built('pages/gone'), '.tsbuildinfo', 'pages'];
    expect(staleOf(['index.ts', 'pages', 'pages/page.tsx'], outputs)).toEqual(built('pages/gone'));
  });

  it('is removed, and nothing else; a package that was never built is left alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hograd-stale-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src', 'index.ts'), '');
    removeStale(folder);
    mkdirSync(join(folder, 'dist'));
    for (const name of ['index.js', 'gone.js', '.tsbuildinfo']) writeFileSync(join(folder, 'dist', name), '');
    removeStale(folder);
    expect(readdirSync(join(folder, 'dist')).toSorted()).toEqual(['.tsbuildinfo', 'index.js']);
    rmSync(folder, { recursive: true });
  });
});
