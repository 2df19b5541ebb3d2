/** Settings of what trains, held against the options that it has. */

import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { firstIssue } from '../checks.js';

/** One value for each option that was given. */
export type Settings = Readonly<Record<string, unknown>>;

/** Settings that an optimizer does not take; `field` is the option, or `optimizer`. The message begins with it. */
export interface MethodError {
  readonly field: string;
  readonly message: string;
}

/** Settings that are all options of `name` and of a value that they take. Left: the first that is not, with what to write instead. */
export const checkSettings = (
  name: string,
  options: z.ZodRawShape,
  settings: Settings,
): E.Either<MethodError, Settings> => {
  const parsed = z.strictObject(options).safeParse(settings);
  if (parsed.success) return E.right(settings);
  const issue = firstIssue(parsed.error, settings, (path) => path.join('.'));
  if (issue.unknown === undefined) return E.left(issue);
  const taken = Object.keys(options);
  const cure = taken.length > 0 ? `its options are ${taken.join(', ')}` : 'it has none';
  return E.left({ field: issue.field, message: `${issue.field} is no option of ${name}; ${cure}` });
};
