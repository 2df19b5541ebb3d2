/** Which devices the nodes of a model ran on, as onnxruntime's profile tells. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Device } from './device.js';

/** How many nodes ran on each device; a device without any is absent. */
export type NodesByDevice = Readonly<Partial<Record<Device, number>>>;

/** Where the nodes of a session's model run. */
export interface Placement {
  /** Every node is on the session's device. If not, onnxruntime gave those that the device cannot do to the CPU. */
  readonly complete: boolean;
  /**
   * Known after the first run of a session that is not complete (with the option profile: after endProfiling). Copies between
   * devices are not counted; a node counts each time it ran.
   */
  readonly nodes?: NodesByDevice;
}

const deviceOf: Readonly<Record<string, Device>> = {
  CPUExecutionProvider: 'cpu',
  CUDAExecutionProvider: 'cuda',
  WebGpuExecutionProvider: 'webgpu',
};

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
}

/** The nodes by device in a profile that onnxruntime wrote. */
export const nodesInProfile = (file: string): NodesByDevice => {
  const events = JSON.parse(readFileSync(file, 'utf8')) as readonly ProfileEvent[];
  const nodes: Partial<Record<Device, number>> = {};
  for (const { cat, name, args } of events) {
    const device = deviceOf[args?.provider ?? ''];
    if (cat !== 'Node' || device === undefined || !name?.endsWith('_kernel_time')) continue;
    if (args?.op_name?.startsWith('Memcpy')) continue;
    nodes[device] = (nodes[device] ?? 0) + 1;
  }
  return nodes;
};

/** The profiles with a prefix. onnxruntime adds the time to the name and does not tell it. */
export const profilesOf = (prefix: string): readonly string[] => {
  const folder = dirname(prefix);
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${basename(prefix)}_`) && name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};
