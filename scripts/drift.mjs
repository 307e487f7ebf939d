// npm run drift: applies two programs to stand-ins of AWS and Kubernetes, then plans about twenty changes of each, and shows what every
// change would create, update, replace and delete. What a change is not known to do fails the run.
//   npm run drift -- serving 'a zone added'   one program, or some of its changes, by name
// Ends with the line 'N passed, N failed, N skipped'. No dependencies: it installs what is missing and hands over to scripts/drift/main.ts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { prepare } from '../test/e2e/setup.mjs';
import { providerLines } from '../test/e2e/setup/providers.mjs';
import { CACHE, ensureInstalled, ROOT, run, say, writeResult } from './support.mjs';

const given = process.argv.slice(2);
const tools = path.join(CACHE, 'e2e', 'tools.drift.json');
const counts = path.join(CACHE, 'drift-counts.json');

await ensureInstalled();
const { missing, providers, terraform } = await prepare(tools);
if (terraform) say(`${terraform.product} ${terraform.version}`);
for (const line of providerLines(providers)) say(line);
const [main, quick] = ['main.ts', 'no-stack-traces.cjs'].map((file) => path.join(ROOT, 'scripts', 'drift', file));
rmSync(counts, { force: true });
const env = {
  ...process.env,
  E2E_TOOLS: tools,
  DRIFT_COUNTS: counts,
  TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json'),
};
if (missing.length > 0) {
  for (const reason of missing) console.log(`missing: ${reason}`);
  console.log('0 passed, 0 failed, 1 skipped');
  const skips = missing.map((reason) => ({ title: 'changes of a running program', reason }));
  if (given.length === 0) writeResult('drift', { passed: 0, failed: 0, skipped: 1, skips });
} else {
  process.exitCode = (
    await run([process.execPath, '--require', quick, '--import', 'tsx', main, ...given], { env })
  ).code;
  const result = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
  if (given.length === 0) writeResult('drift', result);
}
