/** The version of this package. */

import { readFileSync } from 'node:fs';

/** As package.json says. */
export const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
