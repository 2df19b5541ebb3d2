// npm run runtimes [-- NAME ...]: hograd's graphs in other runtimes; writes docs/runtimes.md when run whole.
// Needs `npm run build`; what a runtime needs besides (Python 3, cargo, Chromium) may be missing: then it is reported as not run.
// Exit status 1 where a runtime gives other numbers, or refuses a graph that it is to take.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { writeCases } from './cases.mjs';
import { execute } from './execute.mjs';
import { KINDS } from './graphs.mjs';
import { judge } from './judge.mjs';
import { RUNTIMES } from './runtimes.mjs';
import { page } from './table.mjs';

const asked = process.argv.slice(2);
const log = (text) => process.stderr.write(`${text}\n`);

const tryRuntime = async ({ name, prepare, checksOnly, takesAll }, cases) => {
  try {
    const { version, answers } = await execute(
      prepare(),
      cases.map((c) => c.path),
    );
    const judgements = cases.map((c) => ({
      model: c.model,
      kind: c.kind,
      ...judge(c, answers.get(c.path), checksOnly),
    }));
    for (const j of judgements.filter((j) => j.verdict !== 'agrees'))
      log(`${name}: ${j.model} ${j.kind} ${j.verdict}: ${j.reason}`);
    return { name, version, judgements, checksOnly, takesAll };
  } catch (cause) {
    log(`${name}: not run: ${cause.message}`);
    return { name, notRun: cause.message };
  }
};

const cases = await writeCases(fileURLToPath(new URL('../../runs/runtimes/cases', import.meta.url)));
log(`${cases.length} graphs written`);
const results = [];
for (const runtime of RUNTIMES) {
  if (asked.length > 0 && !asked.includes(runtime.name)) continue;
  log(`${runtime.name} ...`);
  results.push(await tryRuntime(runtime, cases));
}

const text = page({
  models: [...new Set(cases.map((c) => c.model))],
  kinds: KINDS,
  batches: cases[0].sets.map((s) => s.batch),
  results,
  reference: `onnxruntime-node ${ort.env.versions.node}`,
});
if (asked.length === 0) writeFileSync(new URL('../../docs/runtimes.md', import.meta.url), text);
else process.stdout.write(text);

const judgements = results.flatMap((r) => r.judgements ?? []);
const count = (verdict) => judgements.filter((j) => j.verdict === verdict).length;
const refused = results.flatMap((r) => (r.takesAll ? (r.judgements ?? []) : [])).filter((j) => j.verdict === 'refuses');
const failed = count('differs') + refused.length;
const skipped = results.filter((r) => r.notRun).length * cases.length;
process.stdout.write(
  `${count('agrees')} passed, ${failed} failed, ${skipped} skipped\n(${count('refuses') - refused.length} refused by a runtime that takes not all)\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
