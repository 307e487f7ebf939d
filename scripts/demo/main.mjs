// The demo itself; see scripts/demo.mjs. Runs under tsx, because it shares the end-to-end tests' harness.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepare } from '../../test/e2e/setup.mjs';
import { providerLines } from '../../test/e2e/setup/providers.mjs';
import { ROOT, say, stacksIn } from '../support.mjs';
import { Cdktf, OUTPUT, WORK } from './deploy.mjs';
import { alertRules, nodeGroups, placedPods, table } from './report.mjs';
import { endStandIns, findStandIns, FOLDER, startStandIns } from './session.mjs';

const require = createRequire(import.meta.url);
const { App } = require('cdktf');
const { Quickstart } = require('../../examples/quickstart/stack.ts');
const { KubernetesManifests } = require('../../lib/manifests/index.ts');
const { AwsClient, inventory } = require('../../test/e2e/harness/aws-client.ts');
const { KubeClient } = require('../../test/e2e/harness/kube-client.ts');
const { nodesOf, placeNodes } = require('../../test/e2e/harness/nodes.ts');
const { installable } = require('../../test/e2e/harness/provider-installation.ts');
const { ManifestWorkloads } = require('../../test/e2e/harness/workloads.ts');

const CLUSTER = 'quickstart';
const INFRASTRUCTURE = 'quickstart-infrastructure';
const WORKLOADS = 'quickstart-workloads';
/** What an account has before anything is made: a default network. */
const BEFORE = path.join(FOLDER, 'before.json');

/** The quickstart's stacks in this process, with their Terraform JSON: for what is not asked of `cdktf deploy`. */
function quickstart() {
  const outdir = mkdtempSync(path.join(tmpdir(), 'demo-'));
  try {
    const app = new App({ outdir, stackTraces: false });
    const { infrastructure, workloads, topology } = new Quickstart(app);
    app.synth();
    const json = Object.fromEntries(stacksIn(outdir).map((stack) => [stack.name, stack.json]));
    return { infrastructure, workloads, topology, json };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** What the workloads refer to in the state of the infrastructure. */
function references(json) {
  const [infrastructure] = stacksIn(OUTPUT).filter(({ name }) => name === INFRASTRUCTURE);
  const state = JSON.parse(readFileSync(path.join(WORK, `terraform.${INFRASTRUCTURE}.tfstate`), 'utf8'));
  const outputs = Object.keys(infrastructure.json.output ?? {}).map((name) => [name, state.outputs[name].value]);
  const sources = Object.keys(json.data?.terraform_remote_state ?? {});
  const named = sources.flatMap((source) => outputs.map(([name, value]) => [source, name, value]));
  return Object.fromEntries(
    named.map(([source, name, value]) => [`data.terraform_remote_state.${source}.outputs.${name}`, value]),
  );
}

/** The Kubernetes half where its Terraform providers cannot be had. */
function manifestWorkloads(kube, example, objects = true) {
  const record = path.join(WORK, `applied.${WORKLOADS}.json`);
  const values = objects && references(example.json[WORKLOADS]);
  return new ManifestWorkloads(
    kube,
    objects ? KubernetesManifests.of(example.workloads, { values }).objects : [],
    record,
  );
}

async function deployWorkloads(cdktf, kube, example, tools) {
  if (await installable(example.json[WORKLOADS], tools.providers)) {
    say(`cdktf deploy ${WORKLOADS}`);
    return { way: `by cdktf deploy, with Terraform's Kubernetes provider`, changed: await cdktf.deploy(WORKLOADS) };
  }
  const way = `as manifests of KubernetesManifests, applied server-side (Terraform's Kubernetes provider cannot be had here)`;
  say(`applying ${WORKLOADS} ${way}`);
  const workloads = manifestWorkloads(kube, example);
  const changes = await workloads.plan();
  await workloads.apply();
  const count = (action) => changes.filter((change) => change.action === action).length;
  const parts = ['create', 'update', 'delete'].map((action) => `${count(action)} ${action}d`);
  return { way, changed: changes.length > 0 ? parts.join(', ') : 'no changes' };
}

async function deploy() {
  const tools = await prepare();
  for (const line of providerLines(tools.providers)) say(line);
  const example = quickstart();
  if (!tools.terraform || !tools.emulator) {
    const count = Object.values(example.json).flatMap(({ resource }) =>
      Object.values(resource).map((all) => Object.keys(all).length),
    );
    say(`nothing is deployed; the quickstart synthesizes to ${count.reduce((a, b) => a + b, 0)} resources`);
    return;
  }
  let standing = await findStandIns();
  if (standing && !standing.kubernetes && tools.controlPlane) {
    // They were started when the control plane could not be had.
    await endStandIns(standing);
    standing = undefined;
  }
  say(standing ? 'the stand-ins of AWS and Kubernetes run already' : 'starting the stand-ins of AWS and Kubernetes');
  standing ??= await startStandIns();

  const region = example.json[INFRASTRUCTURE].provider.aws[0].region;
  const aws = new AwsClient(standing.aws, region);
  if (!existsSync(BEFORE)) writeFileSync(BEFORE, JSON.stringify(await inventory(aws)));
  const cdktf = new Cdktf(tools, standing);
  say(`cdktf deploy ${INFRASTRUCTURE}, by ${tools.terraform.product} ${tools.terraform.version}`);
  const infrastructure = await cdktf.deploy(INFRASTRUCTURE);
  say(`${INFRASTRUCTURE}: ${infrastructure}`);

  const nodes = await nodesOf(aws, CLUSTER);
  let workloads;
  let kube;
  if (standing.kubernetes) {
    kube = new KubeClient(standing.kubernetes);
    await placeNodes(kube, nodes);
    workloads = await deployWorkloads(cdktf, kube, example, tools);
    say(`${WORKLOADS}: ${workloads.changed}`);
    say('waiting for the scheduler');
  }
  const pods = kube && (await placedPods(kube));
  const rules = kube && (await alertRules(kube));
  kube?.close();
  say('done');

  console.log(`\n${example.topology.explain().split('\n\n')[0]}\n`);
  table('Node groups', ['name', 'instance type', 'nodes', 'status'], await nodeGroups(aws, CLUSTER, nodes));
  const buckets = (await inventory(aws))
    .filter((line) => line.startsWith('s3 bucket '))
    .map((line) => [line.slice(10)]);
  table('Buckets', ['name'], buckets);
  if (pods) table('Pods', ['namespace', 'name', 'node', 'phase'], pods);
  if (rules) table('Alert rules', ['name', 'for', 'severity', 'expression'], rules);
  console.log('Infrastructure: by cdktf deploy, into a stand-in of AWS; no instance runs and nothing is paid for.');
  const skipped = tools.missing.find((line) => line.includes('Kubernetes')) ?? 'no control plane';
  console.log(`Kubernetes half: ${workloads ? workloads.way : `skipped: ${skipped}`}.`);
  if (workloads) {
    console.log('The API server, scheduler and controllers are real; the nodes are simulated, so no container runs.');
    console.log(`Look around: kubectl --kubeconfig ${path.relative(ROOT, standing.kubeconfig)} get pods -A -o wide`);
  }
  console.log('Deploy again, which should say no changes: npm run demo');
  console.log('Remove everything: npm run demo -- --destroy');
}

async function destroy() {
  if (!existsSync(FOLDER)) {
    say('there is nothing to remove');
    return;
  }
  let standing = await findStandIns();
  let left = [];
  try {
    if (existsSync(path.join(WORK, `terraform.${INFRASTRUCTURE}.tfstate`))) {
      const tools = await prepare();
      standing ??= await startStandIns();
      left = await destroyStacks(tools, standing);
    }
  } finally {
    // All of it is made up, so that nothing can be left behind elsewhere, whatever became of the destroy.
    if (standing) {
      say('ending the stand-ins');
      await endStandIns(standing);
    }
    rmSync(FOLDER, { recursive: true, force: true });
  }
  if (left.length > 0) throw new Error(`cdktf destroy left behind:\n${left.join('\n')}`);
  say('nothing is left');
}

async function destroyStacks(tools, standing) {
  const cdktf = new Cdktf(tools, standing);
  const example = quickstart();
  if (existsSync(path.join(WORK, `terraform.${WORKLOADS}.tfstate`))) {
    say(`cdktf destroy ${WORKLOADS}`);
    say(`${WORKLOADS}: ${await cdktf.destroy(WORKLOADS)}`);
  } else if (standing.kubernetes) {
    say(`removing the objects of ${WORKLOADS}`);
    const kube = new KubeClient(standing.kubernetes);
    await manifestWorkloads(kube, example, false).destroy();
    kube.close();
  }
  say(`cdktf destroy ${INFRASTRUCTURE}`);
  say(`${INFRASTRUCTURE}: ${await cdktf.destroy(INFRASTRUCTURE)}`);
  const region = example.json[INFRASTRUCTURE].provider.aws[0].region;
  const before = JSON.parse(readFileSync(BEFORE, 'utf8'));
  return (await inventory(new AwsClient(standing.aws, region))).filter((line) => !before.includes(line));
}

try {
  await (process.argv.includes('--destroy') ? destroy() : deploy());
} catch (error) {
  say(`FAILED: ${error.message}`);
  process.exitCode = 1;
}
