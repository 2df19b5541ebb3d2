import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages', import.meta.url));

/** Tests run against the sources, so a stale build can never pass for a fresh one. */
export default defineConfig({
  resolve: {
    alias: readdirSync(packages).flatMap((name) => [
      { find: new RegExp(`^@hograd/${name}$`), replacement: `${packages}/${name}/src/index.ts` },
      { find: new RegExp(`^@hograd/${name}/(\\w+)$`), replacement: `${packages}/${name}/src/$1.ts` },
    ]),
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tools/**/*.test.ts'],
    setupFiles: ['tools/vitest-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    reporters: ['default', './tools/count-reporter.ts'],
  },
});
