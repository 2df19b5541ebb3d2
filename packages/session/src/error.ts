/** What can go wrong when a graph is run, as values. */

import type { Device } from './device.js';

/** Every case carries a one-line `message` that names what is wrong and what to do. */
export type SessionError =
  | { readonly _tag: 'ProviderUnavailable'; readonly device: Device; readonly message: string }
  | { readonly _tag: 'InvalidModel'; readonly message: string }
  | { readonly _tag: 'MissingFeed'; readonly feed: string; readonly message: string }
  | { readonly _tag: 'UnknownFeed'; readonly feed: string; readonly message: string }
  | { readonly _tag: 'UnknownOutput'; readonly output: string; readonly message: string }
  | { readonly _tag: 'WrongType'; readonly feed: string; readonly message: string }
  | { readonly _tag: 'WrongShape'; readonly feed: string; readonly message: string }
  | { readonly _tag: 'RunFailed'; readonly message: string }
  | { readonly _tag: 'Released'; readonly message: string };
