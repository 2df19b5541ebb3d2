#!/usr/bin/env node
const program = await Promise.all([import('../dist/index.js'), import('../dist/program/streams.js')]).catch((cause) => {
  // A package brings its dist, of a clone it is still to be built.
  if (!/^Cannot find module '[^']*[\\/]dist[\\/]/.test(cause.message)) throw cause;
  process.stderr.write('hograd: this clone is not built yet; run "npm run build" at its root\n');
});
if (program) {
  const [{ main }, { openStreams }] = program;
  process.exitCode = await main(process.argv.slice(2), openStreams(process));
} else process.exitCode = 1;
