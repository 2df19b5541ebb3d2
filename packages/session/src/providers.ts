/** Execution providers: which there are, and why one does not start. */

import { pipe } from 'fp-ts/lib/function.js';
import { map, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { absentLibraries, bindingFolder, hasCudaBuild, unresolvedLibraries } from './cuda/libraries.js';
import { type Device, FASTEST_FIRST } from './device.js';
import type { SessionError } from './error.js';
import { loadRuntime } from './runtime.js';

/** An execution provider, before anything was tried. */
export interface Provider {
  readonly device: Device;
  /** Is it inside the npm package on this platform? CUDA's is not; docs/cuda.md has the step that brings it. */
  readonly bundled: boolean;
  /** Are its files there? Whether it starts is for `probe` to say. */
  readonly installed: boolean;
}

const INSTALL_CUDA = 'run "npm run install:cuda" (in a clone) or "npx hograd-install-cuda", see docs/cuda.md';

/** Does the dynamic loader find a library? Loading what is no addon fails either way; the error tells which. */
const loads = (library: string): boolean => {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return !/cannot open shared object file/.test((error as Error).message);
  }
};

const cudaObstacle = (): string | undefined => {
  if (!hasCudaBuild()) return 'cuda: onnxruntime-node has a CUDA provider for Linux x64 only; use device webgpu or cpu';
  const absent = absentLibraries(bindingFolder());
  if (absent.length === 0) return undefined;
  return `cuda: its provider is not installed (no ${absent.join(', ')} beside onnxruntime-node); ${INSTALL_CUDA}`;
};

const webgpuObstacle = (): string | undefined =>
  process.platform === 'linux' && !loads('libvulkan.so.1')
    ? "webgpu: there is no Vulkan loader (libvulkan.so.1); install it (Debian and Ubuntu: apt-get install libvulkan1) and your GPU's driver, or use device cpu"
    : undefined;

/**
 * Why a provider cannot start, where that can be told without trying; undefined otherwise. Trying would print lines of its own
 * on standard error, past every log setting.
 */
export const obstacleOf = (device: Device): string | undefined => {
  if (device === 'cuda') return cudaObstacle();
  return device === 'webgpu' ? webgpuObstacle() : undefined;
};

/** Is what onnxruntime threw about the provider and not about the model? */
export const isProviderFailure = (device: Device, message: string): boolean =>
  (device === 'cuda' && /CUDA|cuDNN|cublas|OrtSessionOptionsAppendExecutionProvider_Cuda/i.test(message)) ||
  (device === 'webgpu' && /WebGPU adapter|wgpu::|WebGpuContext|Vulkan|device lost/i.test(message));

/** What a person can do about a provider that did not start. */
export const providerCure = (device: Device, message: string): string => {
  if (device === 'webgpu') return `webgpu: ${message}; check that the GPU's driver is installed, or use device cpu`;
  if (/shared library/.test(message)) {
    const unresolved = unresolvedLibraries(bindingFolder());
    const lacking = unresolved.length > 0 ? `not found: ${unresolved.join(', ')}` : message;
    return `cuda: its provider does not load (${lacking}); install the CUDA libraries of the version it was built for, see docs/cuda.md`;
  }
  return `cuda: ${message}; check the NVIDIA driver with "nvidia-smi", or use device cpu`;
};

/** The providers that hograd knows and this onnxruntime-node has, fastest first. */
export const listProviders: TaskEither<SessionError, readonly Provider[]> = pipe(
  loadRuntime,
  map((runtime) => {
    const backends = runtime.listSupportedBackends() as readonly { readonly name: string; readonly bundled: boolean }[];
    return FASTEST_FIRST.flatMap((device) => {
      const backend = backends.find(({ name }) => name === device);
      if (!backend) return [];
      return [{ device, bundled: backend.bundled, installed: backend.bundled || cudaObstacle() === undefined }];
    });
  }),
);
