// npm run demo: deploys the quickstart by `cdktf deploy` into stand-ins of AWS and Kubernetes on this machine, and shows what stands.
//   npm run demo -- --destroy   destroys it, stops the stand-ins and removes all they left
// No dependencies: it installs what is missing, inside the project, and hands over to scripts/demo/main.mjs.
import path from 'node:path';
import { ensureInstalled, ROOT, run } from './support.mjs';

const known = ['--destroy'];
const given = process.argv.slice(2);
const unknown = given.filter((argument) => !known.includes(argument));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; usage: npm run demo [-- --destroy]`);
  process.exit(2);
}

await ensureInstalled();
const main = path.join(ROOT, 'scripts', 'demo', 'main.mjs');
const env = { ...process.env, TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json') };
process.exitCode = (await run([process.execPath, '--import', 'tsx', main, ...given], { env })).code;
