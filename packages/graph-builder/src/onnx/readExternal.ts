/** The bytes of a tensor whose data lies in another file. */

import type { onnx as Onnx } from 'onnx-proto';
import { DecodeFailure } from './errors.js';
import type { ExternalData } from './externalData.js';

const invalid = (tensor: string, problem: string): never => {
  throw new DecodeFailure({ _tag: 'InvalidTensor', tensor, message: `tensor "${tensor}" ${problem}` });
};

/** Does the tensor's data lie elsewhere? */
export const isExternal = (proto: Onnx.ITensorProto): boolean =>
  proto.dataLocation === 1 || (proto.externalData?.length ?? 0) > 0;

/** The `size` bytes of an external tensor. Throws DecodeFailure where they are not to be had or too few. */
export const readExternal = (
  proto: Onnx.ITensorProto,
  size: number,
  externalData: ExternalData | undefined,
): Uint8Array => {
  const tensor = proto.name ?? '';
  const entries = new Map((proto.externalData ?? []).map((e) => [e.key ?? '', e.value ?? '']));
  const location = entries.get('location') ?? invalid(tensor, 'keeps its data in another file but does not say which');
  const file = externalData?.(location);
  if (file === undefined) {
    throw new DecodeFailure({
      _tag: 'MissingExternalData',
      tensor,
      location,
      message: `tensor "${tensor}" keeps its data in the file "${location}", which is missing; keep that file beside the model and give its bytes by the option externalData`,
    });
  }
  const whole = (key: string, otherwise: number): number => {
    const value = Number(entries.get(key) ?? otherwise);
    return Number.isSafeInteger(value) && value >= 0
      ? value
      : invalid(tensor, `has ${key} "${entries.get(key)}" in its file`);
  };
  const [offset, length] = [whole('offset', 0), whole('length', size)];
  if (length !== size) return invalid(tensor, `has ${length} bytes in the file "${location}"; its shape needs ${size}`);
  if (offset + length > file.length)
    return invalid(
      tensor,
      `ends at byte ${offset + length} of "${location}", which has ${file.length}; is it complete?`,
    );
  return file.subarray(offset, offset + length);
};
