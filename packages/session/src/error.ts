/** What can go wrong between a model and its results, as values. */

import type { Device } from './device.js';

/** Every case carries a one-line `message` that says what was wrong and what to do. */
export type SessionError =
  /** onnxruntime-node itself could not be loaded on this machine. */
  | { readonly _tag: 'RuntimeUnavailable'; readonly message: string }
  | { readonly _tag: 'InvalidOption'; readonly message: string; readonly option: string }
  | { readonly _tag: 'UnknownOption'; readonly message: string; readonly option: string }
  | { readonly _tag: 'ModelNotFound'; readonly message: string; readonly path: string }
  | { readonly _tag: 'InvalidModel'; readonly message: string }
  /** A sound model that has an operator or a type for which the device, or hograd, has nothing. */
  | { readonly _tag: 'UnsupportedModel'; readonly message: string; readonly what: string }
  | { readonly _tag: 'ProviderUnavailable'; readonly message: string; readonly device: Device }
  | { readonly _tag: 'MissingFeed'; readonly message: string; readonly input: string }
  | { readonly _tag: 'UnknownFeed'; readonly message: string; readonly input: string }
  | { readonly _tag: 'UnknownFetch'; readonly message: string; readonly output: string }
  /** Of a feed, or of a tensor that a result is to be written into. */
  | { readonly _tag: 'WrongDtype'; readonly message: string; readonly name: string }
  | { readonly _tag: 'WrongShape'; readonly message: string; readonly name: string }
  | { readonly _tag: 'RunFailed'; readonly message: string; readonly node?: string }
  | { readonly _tag: 'Released'; readonly message: string }
  | { readonly _tag: 'NotProfiling'; readonly message: string };
