/** Import of operators that repeat and rearrange blocks: Tile, DepthToSpace, SpaceToDepth. */

import { depthToSpace, spaceToDepth } from '../../ops/depthToSpace.js';
import { tile } from '../../ops/tile.js';
import type { Importer, ImportNode } from '../importer.js';

const blockOf = (n: ImportNode): number => {
  const block = n.int('blocksize', 0);
  return block >= 1 ? block : n.fail(`has blocks of ${block}; it needs one at least`);
};

const depthToSpaceImporter: Importer = (n) => {
  const mode = n.string('mode', 'DCR');
  if (mode !== 'DCR' && mode !== 'CRD') return n.fail(`has the unknown mode "${mode}"`);
  return [depthToSpace(n.input(0), blockOf(n), mode === 'DCR')];
};

export const arrangements: Readonly<Record<string, Importer>> = {
  DepthToSpace: depthToSpaceImporter,
  SpaceToDepth: (n) => [spaceToDepth(n.input(0), blockOf(n))],
  Tile: (n) => [tile(n.input(0), n.dims(1) ?? n.fail('needs its repeats'))],
};
