// npm run test:triton: starts a real Triton on this machine with repositories that the library generates.
// Arguments go to jest. Ends with the line 'N passed, N failed, N skipped'.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runJestSuite } from './jest-suite.mjs';
import { CACHE, ensureInstalled, ROOT, say } from './support.mjs';
import { tritonEnvironment } from './triton-server/environment.mjs';

const FOLDER = path.join(ROOT, 'test', 'triton-server');
const WORK = path.join(CACHE, 'triton-server', 'work');

await ensureInstalled();
const environment = await tritonEnvironment();
rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
say(`jest; stand-ins, which answer zeros: ${environment.stoodIn.join(', ')}`);
await runJestSuite('triton', FOLDER, WORK, {
  env: { ...process.env, TRITON_SERVER: JSON.stringify({ ...environment, work: WORK }) },
  words: process.argv.slice(2),
});
