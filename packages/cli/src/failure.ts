/** How a command ends badly: an exit status and one line that names the culprit and the cure. */

export interface Failure {
  /** 1: the work failed; 2: the arguments or input files are wrong. */
  readonly status: 1 | 2;
  readonly message: string;
}

/** The arguments or input files are wrong. */
export const wrongInput = (message: string): Failure => ({ status: 2, message });

/** The work failed. */
export const failed = (message: string): Failure => ({ status: 1, message });
