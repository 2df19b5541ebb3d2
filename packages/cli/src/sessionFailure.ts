/** A session's error as the command's failure. */

import type { SessionError } from '@hograd/session';
import { type Failure, failed, wrongInput } from './failure.js';

/** Feeds and devices are the user's; a failing run is not. */
export const sessionFailure = (error: SessionError): Failure =>
  error._tag === 'RunFailed' || error._tag === 'InvalidModel' || error._tag === 'Released'
    ? failed(error.message)
    : wrongInput(error.message);
