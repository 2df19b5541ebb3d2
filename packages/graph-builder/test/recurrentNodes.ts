/** Files of one recurrent node, for the tests of their import. */

import onnxProto from 'onnx-proto';
import { type Attribute, fileOf, type OneNode, type Operand } from './oneNode.js';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

/** Steps, batch, features, hidden units. */
export const [T, N, I, H] = [4, 3, 2, 3];
const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
export type Type = keyof typeof GATES;

export interface Variant {
  readonly name: string;
  readonly type: Type;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Attributes that are lists of names or numbers. */
  readonly activations?: readonly string[];
  readonly alpha?: readonly number[];
  readonly beta?: readonly number[];
  /** Which optional operands there are: B, sequence_lens, initial_h, initial_c, P. */
  readonly given?: string;
  readonly lengths?: readonly number[];
  /** Are the lengths known when the file is read? */
  readonly stored?: boolean;
  readonly outputs?: OneNode['outputs'];
  readonly opset?: number;
  /** Default: T. */
  readonly steps?: number;
}

export const nodeOf = ({
  type,
  attributes = {},
  given = 'B',
  lengths,
  stored = false,
  outputs,
  opset,
  steps = T,
}: Variant): OneNode => {
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const first = attributes.layout === 1;
  const fixed = (...shape: number[]): Operand => ({ shape });
  const state = (name: string): Operand | undefined => {
    if (!given.includes(name)) return undefined;
    return first ? { shape: [N, directions, H], batch: true } : fixed(directions, N, H);
  };
  const cell = type === 'LSTM' ? [state('c'), given.includes('P') ? fixed(directions, 3 * H) : undefined] : [];
  return {
    type,
    attributes: { hidden_size: H, ...attributes },
    operands: [
      first ? { shape: [N, steps, I], batch: true } : fixed(steps, N, I),
      fixed(directions, GATES[type] * H, I),
      fixed(directions, GATES[type] * H, H),
      given.includes('B') ? fixed(directions, 2 * GATES[type] * H) : undefined,
      lengths && { shape: [N], data: lengths, dtype: 'int32', stored },
      state('h'),
      ...cell,
    ],
    outputs: outputs ?? Array(type === 'LSTM' ? 3 : 2).fill('float32'),
    opset: opset ?? 14,
  };
};

export const bytesOf = (variant: Variant): Uint8Array => {
  const model = onnx.ModelProto.decode(fileOf(nodeOf(variant)));
  const { activations, alpha, beta } = variant;
  model.graph!.node![0]!.attribute!.push(
    ...(activations
      ? [
          onnx.AttributeProto.create({
            name: 'activations',
            type: AttributeType.STRINGS,
            strings: activations.map((name) => new TextEncoder().encode(name)),
          }),
        ]
      : []),
    ...Object.entries({ activation_alpha: alpha, activation_beta: beta }).flatMap(([name, floats]) =>
      floats ? [onnx.AttributeProto.create({ name, type: AttributeType.FLOATS, floats: [...floats] })] : [],
    ),
  );
  return onnx.ModelProto.encode(model).finish();
};
