/**
 * Being asked to stop: from the keyboard, by whoever manages the process (SIGTERM: kill, timeout, a cluster's scheduler), or by a terminal
 * or connection that closes (SIGHUP).
 */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `stop` when the process is first asked to stop; asked again it ends as usual, but for a SIGHUP, which the shell and the kernel
 * each send when a terminal closes. Returns what ends the listening.
 */
export const onInterrupt = (stop: () => void): (() => void) => {
  let asked = false;
  const endOf = (signals: readonly NodeJS.Signals[]): void => {
    for (const signal of signals) process.off(signal, interrupt);
  };
  const interrupt = (): void => {
    endOf(SIGNALS.filter((signal) => signal !== 'SIGHUP'));
    if (!asked) stop();
    asked = true;
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return () => endOf(SIGNALS);
};
