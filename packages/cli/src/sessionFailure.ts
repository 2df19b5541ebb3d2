/** A session's error as the command's failure. */

import type { SessionError } from '@hograd/session';
import { type Failure, failed, wrongInput } from './failure.js';

/** Feeds, devices and options are the user's to mend; whatever else goes wrong is a failure of the work. */
export const sessionFailure = (error: SessionError): Failure => {
  switch (error._tag) {
    case 'MissingFeed':
    case 'UnknownFeed':
    case 'WrongDtype':
    case 'WrongShape':
    case 'InvalidOption':
    case 'UnknownOption':
    case 'ProviderUnavailable':
    case 'UnsupportedModel':
      return wrongInput(error.message);
    default:
      return failed(error.message);
  }
};
