/** What goes into a model and what comes out of it. */

import type { DType } from '@hograd/graph-builder';
import { arrayTypes } from '@hograd/graph-builder/tensor';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { InferenceSession } from 'onnxruntime-node';
import type { SessionError } from './error.js';

/** A number, or the name of a dimension that is known when the model runs ('' where the model gives it none). */
export type SymbolicDim = number | string;

/**
 * An input or output. A shape [] is a scalar, or a shape that the model does not declare: onnxruntime does not tell them
 * apart.
 */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly SymbolicDim[];
}

const isDType = (type: string): type is DType => Object.hasOwn(arrayTypes, type);

/** Reads what onnxruntime tells about inputs or outputs. Refuses what is no tensor of one of hograd's element types. */
export const portsOf = (
  kind: 'input' | 'output',
  metadata: readonly InferenceSession.ValueMetadata[],
): Either<SessionError, readonly Port[]> => {
  const ports: Port[] = [];
  for (const value of metadata) {
    if (!value.isTensor || !isDType(value.type)) {
      const what = value.isTensor ? value.type : 'no tensor';
      const message = `${kind} "${value.name}" is ${what}; hograd holds ${Object.keys(arrayTypes).join(', ')}`;
      return left({ _tag: 'UnsupportedModel', message, what });
    }
    ports.push({ name: value.name, dtype: value.type, shape: value.shape });
  }
  return right(ports);
};

/** More ports than this are counted, not listed. */
const LISTED = 12;

const formatPort = ({ name, dtype, shape }: Port): string =>
  `${name}: ${dtype} [${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;

/** `x: float32 [N, 3], w: float32 [3, 2]`. */
export const formatPorts = (ports: readonly Port[]): string => {
  const more = ports.length - LISTED;
  return ports.slice(0, LISTED).map(formatPort).join(', ') + (more > 0 ? ` and ${more} more` : '');
};
