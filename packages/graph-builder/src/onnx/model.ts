/** Bytes → a parsed model whose every field is understood. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { type DecodeError, DecodeFailure } from './errors.js';
import { type NewerFields, readNewerFields } from './newerFields.js';

/** Operator sets that are read: from the first whose operators broadcast as today's do, to ONNX Runtime 1.30's newest. */
const OLDEST_OPSET = 7;
const NEWEST_OPSET = 26;

export interface ParsedModel extends NewerFields {
  readonly graph: Onnx.IGraphProto;
  readonly functions: readonly Onnx.IFunctionProto[];
  /** The file's version of the default operator set; 0 where it imports none. */
  readonly opset: number;
}

const fail = (error: DecodeError): never => {
  throw new DecodeFailure(error);
};

/** The name that files of both spellings of the default domain share. */
export const domainOf = (domain: string | null | undefined): string => (domain === 'ai.onnx' ? '' : (domain ?? ''));

/** The version of the default operator set in a list of imports; 0 where there is none. Refuses what is not read. */
export const opsetOf = (imports: readonly Onnx.IOperatorSetIdProto[]): number => {
  const own = imports.find((o) => domainOf(o.domain) === '');
  if (!own) return 0;
  const version = Number(own.version ?? 0);
  if (version >= OLDEST_OPSET && version <= NEWEST_OPSET) return version;
  return fail({
    _tag: 'UnsupportedFeature',
    message: `the model uses operator set ${version}; sets ${OLDEST_OPSET} to ${NEWEST_OPSET} are read: convert it with onnx.version_converter`,
  });
};

/** Throws DecodeFailure where the bytes are no ONNX model, or one with parts that would be lost. */
export const parseModel = (bytes: Uint8Array): ParsedModel => {
  let model: Onnx.ModelProto;
  let newer: NewerFields;
  try {
    model = onnxProto.onnx.ModelProto.decode(bytes);
    newer = readNewerFields(bytes);
  } catch (cause) {
    if (cause instanceof DecodeFailure) throw cause;
    return fail({
      _tag: 'NotOnnx',
      message: `not an ONNX model: ${(cause as Error).message}; is the file complete, and is it a .onnx file?`,
    });
  }
  const { graph } = model;
  if (!graph || (graph.node?.length ?? 0) + (graph.output?.length ?? 0) === 0 || !model.opsetImport?.length) {
    return fail({
      _tag: 'NotOnnx',
      message: 'not an ONNX model: it has no graph with outputs or no operator set; is it a .onnx file?',
    });
  }
  const sparse = graph.sparseInitializer?.[0];
  if (sparse) {
    return fail({
      _tag: 'UnsupportedFeature',
      message: `initializer "${sparse.values?.name ?? ''}" is sparse, which is not supported; save the model with dense initializers`,
    });
  }
  return { ...newer, graph, functions: model.functions ?? [], opset: opsetOf(model.opsetImport) };
};
