/** Runs graphs with onnxruntime-node on the CPU, CUDA or WebGPU; errors are values. */

export { BY_SPEED, type Device } from './device.js';
export type { SessionError } from './error.js';
export type { Port } from './feeds.js';
export { openSession, type Session, type SessionOptions, type SessionReport, withSession } from './session.js';
