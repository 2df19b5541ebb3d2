/**
 * Results written into given tensors and nowhere else. onnxruntime-node 1.30 also copies each result into memory of its own when a run is
 * over, in the order of the outputs (docs/decisions/results-in-place.md). A first output that it has no JavaScript for, an empty
 * sequence, ends that: the run has been made, the tensors are written, and what is thrown says where the copying stopped.
 */

import { runtimeMessage } from './runtimeMessage.js';

/** The output that ends the copying; no name that a model would have. */
export const END = 'hograd:end-of-results';

/** A ModelProto whose graph has one node, SequenceEmpty, and its result as output. ONNX has it since opset 11. */
const ENDING: Uint8Array = Buffer.from(
  'OksKJhIVaG9ncmFkOmVuZC1vZi1yZXN1bHRzIg1TZXF1ZW5jZUVtcHR5YiEKFWhvZ3JhZDplbmQtb2YtcmVzdWx0cxIIIgYKBAoCCAE=',
  'base64',
);

/** An ONNX file with END as its first output: protobuf reads two messages in a row as one, lists of the first before those of the second. */
export const withEnd = (model: Uint8Array): Uint8Array => Buffer.concat([ENDING, model]);

/** Is this what onnxruntime throws when it comes to END? */
export const isEnd = (error: unknown): boolean =>
  runtimeMessage(error) === 'Non tensor type is temporarily not supported.';
