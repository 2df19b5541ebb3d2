/** What an ONNX node offers the function that turns it into expressions. */

import type { Dim } from '../dim.js';
import type { Unequal } from '../error.js';
import type { Expr } from '../expr.js';
import type { Value } from '../op.js';
import type { DType, Tensor } from '../tensor.js';
import type { Imported, Sequence } from './sequences.js';

/** A graph that a node carries: a branch, or the body of a loop. */
export interface Subgraph {
  /** How many axes each of its inputs is declared to have; undefined where the file does not say. */
  readonly ranks: readonly (number | undefined)[];
  /** How many outputs it has. */
  readonly outputs: number;
  /**
   * What its outputs stand for where its inputs stand for `given`. Names that it does not define are those of the graphs around the
   * node. `step` tells repetitions apart: each has inputs of its own (masks, noise). Fails where the inputs are not as many, and where
   * the steps written out in the whole file come to too many nodes.
   */
  readonly import: (given: readonly Imported[], step?: number) => readonly Imported[];
}

export interface ImportNode {
  readonly name: string;
  readonly opType: string;
  /** The file's version of the default operator set, whatever the node's domain. */
  readonly opset: number;
  /** Names of its outputs; empty where one is left out. */
  readonly outputs: readonly string[];
  /** Operand i; fails with the node's name where it is absent. */
  readonly input: (i: number) => Expr;
  /** Operand i, or undefined where the file leaves it out. */
  readonly optional: (i: number) => Expr | undefined;
  readonly inputs: readonly (Expr | undefined)[];
  /** Names of its operands; empty where one is left out. */
  readonly operands: readonly string[];
  /** Operand i, a tensor or a sequence; fails where it is absent. */
  readonly imported: (i: number) => Imported;
  /** Operand i, which must be a sequence; `input` and the like take tensors, and each fails on what is not its own. */
  readonly sequence: (i: number) => Sequence;
  readonly int: (name: string, otherwise: number) => number;
  readonly float: (name: string, otherwise: number) => number;
  readonly string: (name: string, otherwise: string) => string;
  readonly ints: (name: string) => readonly number[] | undefined;
  readonly floats: (name: string) => readonly number[] | undefined;
  readonly strings: (name: string) => readonly string[] | undefined;
  readonly tensor: (name: string) => Tensor | undefined;
  /** The type that the graph holds an ONNX element type in; undefined where it holds none. */
  readonly dtype: (onnxType: number) => DType | undefined;
  /** The graph of that attribute; fails where there is none. */
  readonly subgraph: (name: string) => Subgraph;
  /**
   * The name of an input that the node adds to the graph: `<output>.<what>` after its first output, behind the output and the step of
   * each node whose graph it is in (`h#2/y.noise`).
   */
  readonly inputName: (what: string) => string;
  /** Names of the attributes present. */
  readonly attributes: readonly string[];
  /** Operand i's value, which must be known when the file is read; undefined where the operand is absent. */
  readonly value: (i: number) => Value | undefined;
  /** Operand i as a vector of dimensions (numbers or symbols), likewise. */
  readonly dims: (i: number) => readonly Dim[] | undefined;
  /** As `dims`, where every entry must be a number. */
  readonly numbers: (i: number) => readonly number[] | undefined;
  /** Ends the import with an error that names the node, and where it is about two lengths that differ, those. */
  readonly fail: (problem: string, unequal?: Unequal) => never;
}

/** What a node's outputs stand for, in order; undefined, or fewer than listed, where one cannot be read. */
export type Importer = (node: ImportNode) => readonly (Imported | undefined)[];
