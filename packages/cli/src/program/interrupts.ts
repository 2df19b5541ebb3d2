/** Being asked to stop: from the keyboard, or by whoever manages the process (SIGTERM: kill, timeout, a cluster's scheduler). */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `stop` when the process is first asked to stop; asked again it ends as usual. Returns what ends the listening.
 */
export const onInterrupt = (stop: () => void): (() => void) => {
  const end = (): void => {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  };
  const interrupt = (): void => {
    end();
    stop();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return end;
};
