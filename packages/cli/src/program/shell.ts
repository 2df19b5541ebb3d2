/** Commands as a POSIX shell takes them. */

/** The command line of words, those quoted that a shell would read as anything but themselves. */
export const commandLine = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
