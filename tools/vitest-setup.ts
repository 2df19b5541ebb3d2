/** Property tests draw the same cases in every run, so that a change decides whether they pass; HOGRAD_SEED draws others. */

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.HOGRAD_SEED ?? 20231206) });
