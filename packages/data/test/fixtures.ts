/** Files that other programs wrote. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const FIXTURES = fileURLToPath(new URL('../../../test-fixtures/data/', import.meta.url));

export const fixture = (name: string): Uint8Array => readFileSync(`${FIXTURES}${name}`);
