// The examples of a README: its blocks of code, what their comments say is printed, and whether that was printed.

const FENCED = /^```(ts|js|sh)\n([\s\S]*?)^```$/gm;

/** Blocks of TypeScript, JavaScript and shell commands, in order: { language, code }. */
export const blocksOf = (readme) => [...readme.matchAll(FENCED)].map(([, language, code]) => ({ language, code }));

/** Names of packages that a block imports, without paths within them; Node's own modules left out. */
export const importsOf = (code) => [
  ...new Set(
    [...code.matchAll(/from '((?:@[\w-]+\/)?[\w.-]+)[^']*'/g)].map(([, name]) => name).filter((n) => n !== 'node'),
  ),
];

/** Names of packages that the README says to install. */
export const installedBy = (readme) =>
  [...readme.matchAll(/^ *npm install (.+)$/gm)].flatMap(([, names]) => names.split(' ').filter((n) => n[0] !== '-'));

/** Commands that only install. */
export const isInstallation = ({ language, code }) => language === 'sh' && /^(npm install .+\n)+$/.test(code);

/** Commands that need what the reader has to bring (a folder DIR) are shown, not run. */
export const isFragment = ({ language, code }) => language === 'sh' && /\bDIR\b/.test(code);

/**
 * What the block's comments say is printed: one text for each `console.log(…);` that a comment follows, on its line or on the lines
 * after it. `…` in a comment stands for anything.
 */
export const promisesOf = (code) => {
  const lines = code.split('\n');
  return lines.flatMap((line, i) => {
    const [, beside] = /console\.log\(.*\);(?: *\/\/ (.*))?$/.exec(line) ?? [line, null];
    if (beside === null) return [];
    const end = lines.findIndex((next, j) => j > i && !/^\s*\/\//.test(next));
    const below = lines.slice(i + 1, end).map((next) => next.replace(/^\s*\/\/ ?/, ''));
    const text = beside === undefined ? below.join('\n') : beside;
    return text === '' ? [] : [text];
  });
};

/** Six digits are compared: the last ones differ between processors. */
const comparable = (text) =>
  text
    .replace(/-?\d+\.\d+(?:e[+-]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(6))))
    .replace(/\s+/g, ' ')
    .trim();

/** The first of the promised texts that is not printed in its turn; undefined where all are. */
export const brokenPromise = (promises, printed) => {
  const text = comparable(printed);
  let at = 0;
  return promises.find((promise) =>
    comparable(promise)
      .split('…')
      .map((piece) => piece.trim())
      .some((piece) => {
        const found = text.indexOf(piece, at);
        at = found + piece.length;
        return found < 0;
      }),
  );
};
