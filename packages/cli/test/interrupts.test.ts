import { describe, expect, it } from 'vitest';
import { onInterrupt } from '../src/program/interrupts.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether somebody listens to each of the signals, where without a listener a signal ends the process. */
const heard = () => SIGNALS.map((signal) => process.listenerCount(signal));

describe('being asked to stop', () => {
  it.each(SIGNALS)('is heard once, and nobody listens once that is over: %s', (signal) => {
    const before = heard();
    let stops = 0;
    const end = onInterrupt(() => {
      stops++;
    });
    process.emit(signal);
    process.emit('SIGHUP');
    expect(stops).toBe(1);
    end();
    expect(heard()).toEqual(before);
  });

  it('again ends the process as usual, but for a terminal that closes, which is said twice', () => {
    const before = heard();
    const end = onInterrupt(() => {});
    process.emit('SIGHUP');
    expect(heard()).toEqual([before[0], before[1], before[2]! + 1]);
    end();
  });
});
