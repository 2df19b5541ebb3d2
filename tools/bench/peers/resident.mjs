// Memory of a process, from the kernel's own count for it.
import { readFileSync } from 'node:fs';

/** Bytes of a field of /proc/PID/status (VmRSS: resident now; VmHWM: the most so far); undefined where there is no such file. */
export const statusBytes = (pid, field) => {
  try {
    return 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  } catch {
    return undefined;
  }
};
