#!/usr/bin/env node
import { main } from '../dist/index.js';

// A reader that has seen enough (head, a pager) closes the pipe; that is no failure.
process.stdout.on('error', (cause) => {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2));
