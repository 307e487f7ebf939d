// The program that `cdktf deploy` runs in the demo: the quickstart's own main.ts, and then its stacks fitted to the Terraform providers
// that are on this machine. Where Terraform can reach the registry, nothing is changed.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { stacksIn } from '../support.mjs';

const require = createRequire(import.meta.url);
require('../../examples/quickstart/main.ts');

const { adaptToProviders } = require('../../test/e2e/harness/adapt.ts');
const { tools } = require('../../test/e2e/harness/tools.ts');
for (const { file, json } of stacksIn(process.env.CDKTF_OUTDIR)) {
  const text = JSON.stringify(adaptToProviders(json, tools().providers), null, 2);
  // What the program protects goes too, as after RemovalPolicy.DESTROY: everything of the demo is made up.
  const isDestroy = process.env.DEMO_COMMAND === 'destroy';
  writeFileSync(file, isDestroy ? text.replace(/"prevent_destroy": true/g, '"prevent_destroy": false') : text);
}
