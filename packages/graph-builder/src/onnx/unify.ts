/**
 * Symbols that stand for one length. Exporters name the batch of each input for itself (`unk__6`, `unk__7`), or not at all; what a file's
 * operators need to be equal is, for every batch that the file runs on, and so is read as one symbol.
 */

import {
  addDims,
  type Dim,
  floorDivideDims,
  isolated,
  isSymbol,
  multiplyDims,
  productOfDims,
  quotientOf,
  subtractDims,
  symbolsIn,
  termsOf,
} from '../dim.js';
import type { Unequal } from '../error.js';

/** What each symbol of the inputs' shapes is, in the order of the inputs: itself, or another or a polynomial in others that it equals. */
export type Names = ReadonlyMap<string, Dim>;

/** Each is itself. */
export const ownNames = (shapes: readonly (readonly Dim[])[]): Names =>
  new Map(shapes.flat().flatMap((dim) => symbolsIn(dim).map((name) => [name, name] as const)));

/** The dimension with its symbols under other names. */
export const renamed =
  (names: Names) =>
  (dim: Dim): Dim => {
    const factor = (name: string): Dim => {
      const quotient = quotientOf(name);
      if (!quotient) return names.get(name) ?? name;
      return floorDivideDims(renamed(names)(quotient.numerator), renamed(names)(quotient.denominator));
    };
    if (isSymbol(dim)) return factor(String(dim));
    return termsOf(dim)
      .map(({ coefficient, symbols }) => multiplyDims(coefficient, productOfDims(symbols.map(factor))))
      .reduce(addDims, 0);
  };

/**
 * Names with which two lengths are one: each symbol that only one of them has called like one that only the other has, whichever comes
 * first among the inputs, of several in that order; or else a symbol that is one of them, where it is the other. Undefined where that does not make them one, or a symbol is of no input: a number
 * that an operator counts is no length that feeds could be asked for.
 */
export const unified = (names: Names, lengths: Unequal): Names | undefined => {
  const known = [...new Set([...names.values()].flatMap(symbolsIn))];
  const calling = callings(known, lengths) ?? definition(known, lengths);
  return calling && new Map([...names].map(([symbol, dim]) => [symbol, renamed(calling)(dim)]));
};

/** A symbol that one of the lengths is, and that the other has not. */
const definition = (known: readonly string[], [a, b]: Unequal): Names | undefined => {
  const found = [
    [a, b],
    [b, a],
  ].find(([symbol, dim]) => {
    const within = symbolsIn(dim!);
    return (
      within.length > 0 &&
      [String(symbol), ...within].every((name) => known.includes(name)) &&
      !within.includes(String(symbol))
    );
  });
  if (!found) return undefined;
  const [symbol, dim] = found as [string, Dim];
  // Whichever comes first among the inputs keeps its name: it may be the batch.
  for (const name of symbolsIn(dim)) {
    const own = known.indexOf(name) > known.indexOf(symbol) ? isolated(dim, name) : undefined;
    if (own?.coefficient === 1) return new Map([[name, subtractDims(symbol, own.rest)]]);
  }
  return new Map([[symbol, dim]]);
};

const callings = (known: readonly string[], [a, b]: Unequal): Names | undefined => {
  const [inA, inB] = [new Set(symbolsIn(a)), new Set(symbolsIn(b))];
  const [ofA, ofB] = [[...inA].filter((name) => !inB.has(name)), [...inB].filter((name) => !inA.has(name))].map((own) =>
    own.map((name) => known.indexOf(name)).sort((one, other) => one - other),
  ) as [number[], number[]];
  if (ofA.length === 0 || ofA.length !== ofB.length || [...ofA, ...ofB].includes(-1)) return undefined;
  const calling = new Map(
    ofA.map((one, i) => [known[Math.max(one, ofB[i]!)]!, known[Math.min(one, ofB[i]!)]!] as const),
  );
  return renamed(calling)(a) === renamed(calling)(b) ? calling : undefined;
};
