/** Devices that a session can run on, and how each is asked for and brought. */

export type Device = 'cpu' | 'cuda' | 'webgpu';

/** `auto` tries them in this order, of speed. */
export const BY_SPEED: readonly Device[] = ['cuda', 'webgpu', 'cpu'];

/** What to do where a device cannot be had. */
export const cureOf: { readonly [D in Device]: string } = {
  cpu: 'the CPU provider is part of onnxruntime-node; reinstall it',
  cuda: 'docs/cuda.md has the step that brings the CUDA provider; or run with device "cpu"',
  webgpu: 'WebGPU needs a Vulkan, Metal or Direct3D driver; or run with device "cpu"',
};
