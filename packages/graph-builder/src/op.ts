/** What one operation is: everything a transform, the encoder or the interpreter may ask of it, in one record. */

import type { Dim } from './dim.js';
import type { Expr } from './expr.js';
import type { Shape } from './shape.js';
import type { DType } from './tensor.js';

export type AttributeValue = number | string | boolean | readonly number[] | readonly Dim[] | readonly string[];
/** What a node is told beside its operands, by name; plain data. */
export type Attributes = { readonly [name: string]: AttributeValue | undefined };

/** An operand's value in the reference interpreter: float64 whatever the dtype; booleans are 0 and 1. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What the encoder offers an operation that writes itself as ONNX nodes. Every method returns the name of a value. */
export interface Emitter {
  /** The operator set that the file declares. */
  readonly opset: number;
  /** Name of an operand's value. */
  readonly name: (expr: Expr) => string;
  /** Name of a value that is a function of operands, written now where it is not yet. */
  readonly write: (expr: Expr) => string;
  /** Appends a node with one output. */
  readonly node: (opType: string, inputs: readonly string[], attributes?: Attributes) => string;
  /** Appends a node with several outputs. */
  readonly nodes: (
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Attributes,
  ) => readonly string[];
  /** A vector of int64: an initializer where every entry is a number, else computed from the inputs' shapes. */
  readonly dims: (dims: readonly Dim[]) => string;
  /** A scalar constant. */
  readonly scalar: (dtype: DType, value: number) => string;
  /** Is this expression part of the graph being written? Lets an operation with two outputs write both at once. */
  readonly contains: (expr: Expr) => boolean;
  /** Does the graph being written hold this operation? Lets a form be chosen by what the graph is for. */
  readonly holds: (op: Expr['op']) => boolean;
  /** How many nodes of the graph read this expression; lets a fused form be chosen where nobody else needs the parts. */
  readonly uses: (expr: Expr) => number;
  /** Records that an expression's value already has a name. */
  readonly bind: (expr: Expr, name: string) => void;
}

/** λ at a value and the stack of its derivatives along groups; undefined where zero. */
export interface Adjoints {
  readonly lambda: Expr | undefined;
  readonly stack: Expr | undefined;
}

/**
 * λ·d²f[ẋ_s, ẋ_t] = Σ w₂ (Tẋ_s)(Tẋ_t) and λ·d³f[ẋ_s, ẋ_s, ẋ_s] = Σ w₃ (Tẋ_s)³ (docs/method.md), for operations whose higher
 * differentials are diagonal after a linear map T. Elementwise functions have T = identity and w = λφ'', λφ'''.
 */
// biome-ignore lint/suspicious/noExplicitAny: each operation knows its own attributes; a walk over a graph does not.
export interface DiagonalCurvature<A extends Attributes = any> {
  readonly kind: 'diagonal';
  /** Tẋ; `lead` leading axes of dx are stack axes. */
  readonly transform: (node: Expr<A>, dx: Expr, lead: number) => Expr;
  /** w₂, broadcastable to the operand's shape; undefined where the second differential is zero everywhere. */
  readonly second: (node: Expr<A>, adjoint: Expr) => Expr | undefined;
  /** Is the second differential other than zero? */
  readonly curved: (node: Expr<A>) => boolean;
  /**
   * λ·d³f[ẋ_s, ẋ_s, ẋ_s] + 3 λ̇_s·d²f[ẋ_s, ẋ_s] for each s, [k], from Tẋ and the stack λ̇ of the same groups; either adjoint may be
   * missing. Undefined where zero everywhere.
   */
  readonly third: (node: Expr<A>, transformed: Expr, adjoints: Adjoints) => Expr | undefined;
  /**
   * β in λ·d²f[ẋ, ·] = dfᵀ[β], from Tẋ, for operations that have such a vector of the result: it is pulled back together with what
   * else comes from there. Left out: w₂·Tẋ is λ·d²f[ẋ, ·] itself.
   */
  readonly bentResult?: (node: Expr<A>, adjoint: Expr, transformed: Expr, lead: number) => Expr;
}

/** A product, linear in each of its two operands: d²B[(ȧ, ḃ)_s, (ȧ, ḃ)_t] = B(ȧ_s, ḃ_t) + B(ȧ_t, ḃ_s). */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export interface BilinearCurvature<A extends Attributes = any> {
  readonly kind: 'bilinear';
  /** B(a, b) where the operands carry `leadA` and `leadB` (0 or 1) stack axes; if both do, stack entries are paired. */
  readonly apply: (node: Expr<A>, a: Expr, b: Expr, leadA: number, leadB: number) => Expr;
  /**
   * The vector of operand `i` in ⟨λ, B(·, other)⟩, where λ and `other` (the other operand) carry `leadAdjoint` and `leadOther` (0 or
   * 1) stack axes; if both do, stack entries are paired.
   */
  readonly adjoint: (
    node: Expr<A>,
    i: 0 | 1,
    adjoint: Expr,
    other: Expr,
    leadAdjoint: number,
    leadOther: number,
  ) => Expr;
}

export type Curvature<A extends Attributes> = { readonly kind: 'linear' } | DiagonalCurvature<A> | BilinearCurvature<A>;

/** How an operation is differentiated. Operations without it are piecewise constant: their derivative is zero. */
export interface Differential<A extends Attributes> {
  /**
   * Contribution of operand `i`'s tangent to the node's: df/dx_i [dx]. The first `lead` (0 or 1) axes of `dx` are a stack of
   * tangents, carried through unchanged, so one rule serves a Jacobian-vector product and a stack of them.
   */
  readonly tangent: (node: Expr<A>, i: number, dx: Expr, lead: number) => Expr | undefined;
  /** Contribution of the node's adjoint (shape of the node) to operand `i`'s (shape of the operand), behind `lead` stack axes of both. */
  readonly adjoint: (node: Expr<A>, i: number, adjoint: Expr, lead: number) => Expr | undefined;
  readonly curvature: Curvature<A>;
}

/** One operation: its shape rule, its kernels, how it is written and differentiated. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** Type and shape of the result; throws GraphError where the operands do not fit. */
  readonly infer: (args: readonly Expr[], attributes: A) => { readonly dtype: DType; readonly shape: Shape };
  /** Writes ONNX nodes; returns the name of the result. */
  readonly emit: (node: Expr<A>, emitter: Emitter) => string;
  /** The reference kernel, in float64. `shape` is the node's shape with its symbols bound; `bind` gives a symbolic attribute's number. */
  readonly evaluate: (
    node: Expr<A>,
    args: readonly Value[],
    shape: readonly number[],
    bind: (dim: Dim) => number,
  ) => Float64Array;
  readonly differential?: Differential<A>;
  /** The operator set that has what it is written in, where that is newer than the one that files declare (`OPSET`). */
  readonly opset?: number;
  /** How long an axis of the result is, where the data say so: the shape then holds a symbol of the node's own for it. */
  readonly counts?: {
    readonly symbol: (node: Expr<A>) => string;
    readonly evaluate: (node: Expr<A>, args: readonly Value[]) => number;
  };
  /** Is its derivative infinite where the operand is 0? */
  readonly singular?: (attributes: A) => boolean;
  /**
   * For operations that are constant on one side of a corner: where the derivative by operand `i` is of the other side. Behind a derivative
   * that is infinite (√ of a rectified value) what does not pass is left out, for 0·∞ is NaN; elsewhere it is multiplied by 0, which
   * costs a runtime less.
   */
  readonly passes?: (node: Expr<A>, i: number) => Expr;
  /** Each element of the result depends on the operands' elements at its own place alone (after broadcasting). */
  readonly elementwise?: true;
  /** A function of one operand, element by element, that never decreases: the largest value is that of the largest operand. */
  readonly monotone?: (attributes: A) => boolean;
  /** The same value in operations that ONNX Runtime's CPU provider has float64 kernels for; used for float64 graphs only. */
  readonly lowerFloat64?: (node: Expr<A>) => Expr;
}
