/** Runs graphs with onnxruntime-node on the CPU, CUDA or WebGPU; errors are values. */

export type { Model } from './create.js';
export {
  type CudaInstallError,
  type CudaInstalled,
  type CudaSource,
  installCuda,
} from './cuda/install.js';
export { type Device, FASTEST_FIRST } from './device.js';
export type { SessionError } from './error.js';
export { openSession, withSession } from './open.js';
export { type LogSeverity, type Optimization, SESSION_OPTIONS, type SessionOptions } from './options.js';
export type { NodesByDevice, Placement } from './placement.js';
export { type Probe, type ProbedProvider, probe } from './probe.js';
export { listProviders, type Provider } from './providers.js';
export type { Tensors } from './run/checkFeeds.js';
export type { Profile, Session, SessionReport, Tried } from './session.js';
export type { Port, SymbolicDim } from './signature.js';
