/** Import of operators that carry graphs: If, Loop, Scan, SequenceMap. */

import type { Importer } from '../../importer.js';
import { conditional } from './conditional.js';
import { loop } from './loop.js';
import { scan } from './scan.js';
import { sequenceMap } from './sequenceMap.js';

export const controlFlow: Readonly<Record<string, Importer>> = {
  If: conditional,
  Loop: loop,
  Scan: scan,
  SequenceMap: sequenceMap,
};
