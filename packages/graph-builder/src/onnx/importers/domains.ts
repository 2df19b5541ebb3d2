/** The operators that hograd imports, in every domain. */

import type { onnx as Onnx } from 'onnx-proto';
import type { Importer } from '../importer.js';
import { domainOf } from '../model.js';
import { importers } from './index.js';
import { microsoft } from './microsoft/index.js';
import { traditional } from './traditional.js';

/** By domain, then by type; ONNX's own domain has the empty name. */
export const importersByDomain: ReadonlyMap<string, Readonly<Record<string, Importer>>> = new Map([
  ['', importers],
  ['ai.onnx.ml', traditional],
  ['com.microsoft', microsoft],
]);

/** What imports a node; undefined where its operator is not supported. */
export const importerOf = ({ domain, opType }: Onnx.INodeProto): Importer | undefined => {
  const own = importersByDomain.get(domainOf(domain));
  return own && Object.hasOwn(own, opType ?? '') ? own[opType!] : undefined;
};
