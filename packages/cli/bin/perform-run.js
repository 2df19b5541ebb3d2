/** The process of one run of an experiment; `hograd experiment` starts it. */
import { servePerformRun } from '../dist/experiment/workerSide.js';

servePerformRun(process);
