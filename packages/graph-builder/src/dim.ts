/**
 * A dimension: a number, or a polynomial in named symbols written as a string in one canonical form.
 *
 * The canonical form makes equality of dimensions equality of strings: `"N"`, `"6*N"`, `"N*M + 2*N + 3"`. A quotient that
 * does not divide exactly is an opaque symbol `floor((H + 1)/2)`, which the encoder can still compute at run time.
 */

import { GraphError } from './error.js';

/** A whole number, 0 or more, or a symbolic dimension in canonical form: two are the same exactly where `===` says so. */
export type Dim = number | string;

/** No model's dimension comes near these; a file that multiplies one by itself over and over would fill the memory. */
const MOST_TERMS = 4096;
const MOST_SYMBOLS = 64;
const LONGEST = 20_000;

/** Monomials (sorted symbols joined by `*`, `""` for the constant) with their integer coefficients. */
type Polynomial = ReadonlyMap<string, number>;

const MOST_KEPT = 2 ** 14;
const polynomials = new Map<string, Polynomial>();

const splitTopLevel = (text: string, separator: RegExp): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (depth === 0 && separator.test(text[i]!)) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim());
};

const parse = (dim: Dim): Polynomial => {
  if (typeof dim === 'number') return new Map(dim === 0 ? [] : [['', dim]]);
  const known = polynomials.get(dim);
  if (known) return known;
  const result = new Map<string, number>();
  for (const term of splitTopLevel(dim, /\+/)) {
    let coefficient = 1;
    const symbols: string[] = [];
    for (const factor of splitTopLevel(term, /\*/)) {
      if (/^-?\d+$/.test(factor)) coefficient *= Number(factor);
      else symbols.push(factor);
    }
    const key = symbols.sort().join('*');
    result.set(key, (result.get(key) ?? 0) + coefficient);
  }
  // A cache, which a process that builds graphs for days must not fill up.
  if (polynomials.size >= MOST_KEPT) polynomials.clear();
  polynomials.set(dim, result);
  return result;
};

const degree = (monomial: string): number => (monomial === '' ? 0 : splitTopLevel(monomial, /\*/).length);

const tooLarge = (a: Dim): never => {
  throw new GraphError(
    'dimension',
    `an expression that begins with "${String(a).slice(0, 40)}" grows beyond ${MOST_TERMS} terms, ${MOST_SYMBOLS} factors or ${LONGEST} characters; give the dimension a symbol of its own`,
  );
};

const format = (polynomial: Polynomial): Dim => {
  const terms = [...polynomial].filter(([, c]) => c !== 0);
  if (terms.length === 0) return 0;
  const beyond = terms.find(([, c]) => !Number.isSafeInteger(c));
  if (beyond)
    throw new GraphError('dimension', `${beyond[1]} is beyond ±2⁵³; lengths and their multiples must be exact`);
  if (terms.length === 1 && terms[0]![0] === '') return terms[0]![1];
  terms.sort(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1));
  const text = terms.map(([m, c]) => (m === '' ? `${c}` : c === 1 ? m : `${c}*${m}`)).join(' + ');
  return text.length > LONGEST ? tooLarge(text) : text;
};

const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** Is a dimension a symbol alone, and no number or polynomial? */
export const isSymbol = (dim: Dim): boolean => typeof dim === 'string' && NAME.test(dim);

const isFactor = (text: string): boolean => {
  if (/^-?\d+$/.test(text) || isSymbol(text)) return true;
  const quotient = quotientOf(text);
  return (
    quotient !== undefined &&
    [quotient.numerator, quotient.denominator].every((part) => part !== undefined && canonicalDim(part) === part)
  );
};

/**
 * The canonical form of a dimension that is written as a polynomial in names of letters, digits, `_` and `.`, with any spaces, differences
 * included: `"N+1"` is `"N + 1"`, `"M - N"` is `"M + -1*N"`, `"7"` is 7. Undefined for any other text, such as `"batch-size"`. Throws GraphError
 * for a polynomial too large to hold.
 */
export const canonicalDim = (dim: Dim): Dim | undefined => {
  if (typeof dim === 'number') return dim;
  const sums = dim.includes('floor(')
    ? dim
    : dim.replace(/\+?\s*-\s*(?=\d)/g, '+ -').replace(/(^|\+|\s)\s*-\s*(?=[A-Za-z_])/g, '+ -1*');
  const terms = splitTopLevel(sums.replace(/^\s*\+/, ''), /\+/);
  const factors = terms.flatMap((term) => splitTopLevel(term, /\*/));
  return factors.every(isFactor) ? format(parse(terms.join(' + '))) : undefined;
};

/** What a file says of a length in more characters is not relied on: such a text is a name. */
const LONGEST_TOLD = 100;
/** Of more digits than a number may have to be exact. */
const LONG_NUMBER = /\d{16}/;

/** A text of a file as a polynomial in other lengths (`2*N + 1`), canonical; undefined for a name, a number, a quotient and any other text. */
export const polynomialIn = (text: string): string | undefined => {
  if (text.length > LONGEST_TOLD || LONG_NUMBER.test(text) || text.includes('floor(')) return undefined;
  const dim = canonicalDim(text);
  return typeof dim === 'string' && !isSymbol(dim) ? dim : undefined;
};

/** A symbol from any text: what is not a letter, digit, `_` or `.` becomes `_`, so that texts that differ may give one symbol. */
export const symbol = (name: string): Dim => {
  const clean = name.replace(/[^A-Za-z0-9_.]/g, '_');
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean}`;
};

export const addDims = (a: Dim, b: Dim): Dim => {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const sum = new Map(parse(a));
  for (const [m, c] of parse(b)) sum.set(m, (sum.get(m) ?? 0) + c);
  return format(sum);
};

export const multiplyDims = (a: Dim, b: Dim): Dim => {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const product = new Map<string, number>();
  const [left, right] = [parse(a), parse(b)];
  const highest = (p: Polynomial): number => Math.max(0, ...[...p.keys()].map(degree));
  if (left.size * right.size > MOST_TERMS || highest(left) + highest(right) > MOST_SYMBOLS) return tooLarge(a);
  for (const [m, c] of left) {
    for (const [n, d] of right) {
      const key = [...(m ? splitTopLevel(m, /\*/) : []), ...(n ? splitTopLevel(n, /\*/) : [])].sort().join('*');
      product.set(key, (product.get(key) ?? 0) + c * d);
    }
  }
  return format(product);
};

export const subtractDims = (a: Dim, b: Dim): Dim => addDims(a, multiplyDims(b, -1));

interface Term {
  readonly symbols: readonly string[];
  readonly coefficient: number;
}

const symbolsOf = (monomial: string): string[] => (monomial === '' ? [] : splitTopLevel(monomial, /\*/));

/** The term of the highest degree, of several the first by name. */
const leading = (polynomial: Polynomial): Term | undefined => {
  const [first] = [...polynomial].sort(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1));
  return first && { symbols: symbolsOf(first[0]), coefficient: first[1] };
};

const divideTerms = (a: Term, b: Term): Term | undefined => {
  if (a.coefficient % b.coefficient !== 0) return undefined;
  const rest = [...a.symbols];
  for (const s of b.symbols) {
    const at = rest.indexOf(s);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return { symbols: rest, coefficient: a.coefficient / b.coefficient };
};

/** a / b when it divides exactly for every value of the symbols, by long division, else undefined. */
export const divideDimsExactly = (a: Dim, b: Dim): Dim | undefined => {
  if (a === b) return 1;
  const divisor = leading(parse(b));
  if (divisor === undefined) return undefined;
  let [quotient, remainder]: [Dim, Dim] = [0, a];
  // Each step takes the highest term away; a quotient has no more terms than what is divided.
  for (let steps = parse(a).size; steps > 0 && remainder !== 0; steps--) {
    const term = divideTerms(leading(parse(remainder))!, divisor);
    if (term === undefined) return undefined;
    const part = format(new Map([[term.symbols.join('*'), term.coefficient]]));
    quotient = addDims(quotient, part);
    remainder = subtractDims(remainder, multiplyDims(part, b));
  }
  return remainder === 0 ? quotient : undefined;
};

/** ⌊a / b⌋ for b > 0; an opaque symbol where the quotient is not exact. */
export const floorDivideDims = (a: Dim, b: Dim): Dim => {
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  return divideDimsExactly(a, b) ?? `floor((${a})/${typeof b === 'number' ? b : `(${b})`})`;
};

export const productOfDims = (dims: readonly Dim[]): Dim => dims.reduce(multiplyDims, 1);

/** Terms of a dimension: each a coefficient and its symbols. The encoder computes them at run time. */
export const termsOf = (dim: Dim): readonly { readonly coefficient: number; readonly symbols: readonly string[] }[] =>
  [...parse(dim)].map(([m, coefficient]) => ({ coefficient, symbols: m ? splitTopLevel(m, /\*/) : [] }));

/** Numerator and denominator of an opaque quotient symbol, or undefined for a plain one. */
export const quotientOf = (name: string): { readonly numerator: Dim; readonly denominator: Dim } | undefined => {
  if (!name.startsWith('floor(')) return undefined;
  const [numerator, denominator] = splitTopLevel(name.slice('floor('.length, -1), /\//).map((part) => {
    const bare = part.startsWith('(') ? part.slice(1, -1) : part;
    return /^-?\d+$/.test(bare) ? Number(bare) : bare;
  });
  return { numerator: numerator!, denominator: denominator! };
};

/** The number that a dimension stands for once its symbols are bound; undefined where one is not. */
export const evaluateDim =
  (bindings: ReadonlyMap<string, number>) =>
  (dim: Dim): number | undefined => {
    if (typeof dim === 'number') return dim;
    let total = 0;
    for (const { coefficient, symbols } of termsOf(dim)) {
      let term = coefficient;
      for (const name of symbols) {
        const quotient = quotientOf(name);
        let value = bindings.get(name);
        if (quotient) {
          const numerator = evaluateDim(bindings)(quotient.numerator);
          const denominator = evaluateDim(bindings)(quotient.denominator);
          value =
            numerator === undefined || denominator === undefined ? undefined : Math.floor(numerator / denominator);
        }
        if (value === undefined) return undefined;
        term *= value;
      }
      total += term;
    }
    return total;
  };

/** The names that a dimension is made of, those in quotients included. */
export const symbolsIn = (dim: Dim): readonly string[] =>
  typeof dim === 'number'
    ? []
    : termsOf(dim).flatMap(({ symbols }) =>
        symbols.flatMap((name) => {
          const quotient = quotientOf(name);
          return quotient ? [quotient.numerator, quotient.denominator].flatMap(symbolsIn) : [name];
        }),
      );

/**
 * The lengths of symbols from those of dimensions: of one that is a symbol, and of one in which one symbol is not known yet, to the first power. The first that
 * says so counts; whether the others agree is not looked at.
 */
export const symbolLengths = (known: Iterable<readonly [dim: Dim, length: number]>): ReadonlyMap<string, number> => {
  const lengths = new Map<string, number>();
  const open: (readonly [Dim, number])[] = [];
  for (const [dim, length] of known) {
    if (typeof dim !== 'string') continue;
    if (!isSymbol(dim)) open.push([dim, length]);
    else if (!lengths.has(dim)) lengths.set(dim, length);
  }
  for (let left = open.length; left > 0; left--) {
    for (const [dim, length] of open) {
      const unknown = [...new Set(symbolsIn(dim))].filter((name) => !lengths.has(name));
      const solved = unknown.length === 1 ? isolated(dim, unknown[0]!) : undefined;
      const rest = solved && evaluateDim(lengths)(solved.rest);
      const value = solved && rest !== undefined ? (length - rest) / solved.coefficient : undefined;
      if (value !== undefined && Number.isSafeInteger(value) && value >= 0) lengths.set(unknown[0]!, value);
    }
  }
  return lengths;
};

/** c and r of a dimension c·S + r, where S is in no other term; undefined where it is not of that form. */
export const isolated = (dim: Dim, name: string): { readonly coefficient: number; readonly rest: Dim } | undefined => {
  const terms = termsOf(dim);
  const [own, ...more] = terms.filter(({ symbols }) => symbols.some((s) => symbolsIn(s).includes(name)));
  if (!own || more.length > 0 || own.symbols.length !== 1 || own.symbols[0] !== name) return undefined;
  return { coefficient: own.coefficient, rest: subtractDims(dim, multiplyDims(own.coefficient, name)) };
};
