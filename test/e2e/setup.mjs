// Finds or builds everything that the end-to-end tests and the demo run against, inside the project's cache folder only.
//   node test/e2e/setup.mjs            prints what is there and what is lost, and writes .cache/e2e/tools.json
// Only servers of models, which take 2 GB, are left to the tests that need them.
// No dependencies: this runs before anything is installed.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE, say, which } from '../../scripts/support.mjs';
import { deepSpeedEnvironment } from '../../scripts/deepspeed/environment.mjs';
import { tritonEnvironment } from '../../scripts/triton-server/environment.mjs';
import { vllmEnvironment } from '../../scripts/vllm-cpu/environment.mjs';
import { prepareJobPrograms } from './setup/job-programs.mjs';
import { prepareAiGateway } from './setup/ai-gateway.mjs';
import { prepareAwsCli } from './setup/aws-cli.mjs';
import { prepareControlPlane } from './setup/control-plane.mjs';
import { prepareEmulator } from './setup/emulator.mjs';
import { prepareKueue } from './setup/kueue.mjs';
import { prepareKServe } from './setup/kserve.mjs';
import { prepareEnvoy } from './setup/envoy.mjs';
import { prepareLeaderWorkerSet } from './setup/leader-worker-set.mjs';
import {
  findMonitoring,
  prepareKubeStateMetrics,
  prepareNodeExporter,
  preparePrometheus3,
} from './setup/monitoring.mjs';
import { preparePrometheusAdapter } from './setup/prometheus-adapter.mjs';
import { prepareJobSet } from './setup/job-set.mjs';
import { findProviders } from './setup/providers.mjs';
import { prepareSigningHelper } from './setup/signing-helper.mjs';
import { prepareTerraform } from './setup/terraform.mjs';
import { prepareVmagent } from './setup/vmagent.mjs';

export const E2E_CACHE = path.join(CACHE, 'e2e');
export const TOOLS_FILE = path.join(E2E_CACHE, 'tools.json');

/** What most runs need, by name: what is lost without it, and what makes it ready. */
const USUAL = {
  terraform: ['no Terraform, so nothing is applied', () => prepareTerraform()],
  emulator: ['no AWS stand-in, so the AWS half is not applied', () => prepareEmulator(E2E_CACHE)],
  controlPlane: ['no Kubernetes control plane, so no pod is scheduled', () => prepareControlPlane(E2E_CACHE)],
};

/** What only some runs need, likewise. Servers of models take 2 GB. */
const FURTHER = {
  leaderWorkerSet: [
    'no controller of LeaderWorkerSets, so no group of nodes is made',
    () => prepareLeaderWorkerSet(E2E_CACHE),
  ],
  kueue: ['no Kueue, so no group waits for all of its nodes', () => prepareKueue(E2E_CACHE)],
  kserve: ['no KServe, so no InferenceService is judged and run', () => prepareKServe(E2E_CACHE)],
  aiGateway: ['no definitions of Envoy AI Gateway, so no gateway of it is judged', () => prepareAiGateway(E2E_CACHE)],
  envoy: ['no Envoy, so no front door runs', () => prepareEnvoy(E2E_CACHE)],
  prometheusAdapter: ['no adapter of Prometheus, so nothing scales', () => preparePrometheusAdapter(E2E_CACHE)],
  monitoring: ['no Prometheus and Alertmanager, so nothing is watched', () => findMonitoring()],
  prometheus3: ['no Prometheus 3, so only an older one watches', () => preparePrometheus3(E2E_CACHE)],
  vmagent: ['no vmagent, so what a site writes to its hub is not kept', () => prepareVmagent(E2E_CACHE)],
  kubeStateMetrics: [
    'no kube-state-metrics, so nothing tells of the cluster',
    () => prepareKubeStateMetrics(E2E_CACHE),
  ],
  nodeExporter: ['no node exporter, so nothing tells of the nodes', () => prepareNodeExporter(E2E_CACHE)],
  jobSet: ['no controller of JobSets, so no training on several nodes is made', () => prepareJobSet(E2E_CACHE)],
  signingHelper: [
    'no credential helper of IAM Roles Anywhere, so no site has credentials',
    () => prepareSigningHelper(E2E_CACHE),
  ],
  awsCli: ['no AWS CLI, so no weights are moved', () => prepareAwsCli()],
  vllm: ['no vLLM for CPUs, so no server of models runs', () => vllmEnvironment(process.env.E2E_VLLM)],
  jobs: ['no packages of the Job programs, so no model is made smaller', () => prepareJobPrograms()],
  triton: ['no Triton for CPUs, so no server of other models runs', () => tritonEnvironment()],
  deepSpeed: ['no DeepSpeed, so nothing is trained', () => deepSpeedEnvironment()],
};

/** The names of all that only some runs need. */
export const EVERYTHING = Object.keys(FURTHER);

/** What only the part of the tests needs that is called live: it takes longest to build. */
export const ONLY_LIVE = ['prometheus3', 'kubeStateMetrics', 'nodeExporter'];

/** All that the part that is called live needs: nothing of it is in AWS. */
export const OF_LIVE = {
  usual: ['terraform', 'controlPlane'],
  further: ['monitoring', 'envoy', 'vllm', 'triton', ...ONLY_LIVE],
};

/**
 * Makes tools ready, as far as this machine allows, and writes down where they are.
 *
 * @param {string} file where to; a run that others must not disturb has one of its own
 * @param {string[]} further what is wanted beside what is usual
 * @param {string[]} usual what is wanted of Terraform, the AWS stand-in and the control plane
 * @returns {Promise<object>} `terraform`, `emulator`, `controlPlane` and what else is wanted, each absent when it cannot be
 * had; `providers`, the Terraform providers found on disk; `missing`, one sentence for each thing absent that says what is lost
 */
export async function prepare(file = TOOLS_FILE, further = [], usual = Object.keys(USUAL)) {
  mkdirSync(E2E_CACHE, { recursive: true });
  const missing = [];
  const attempt = async (what, body) => {
    try {
      return await body();
    } catch (error) {
      missing.push(`${what}: ${error.message}`);
      say(`missing: ${what}: ${error.message}`);
      return undefined;
    }
  };
  const tools = {};
  for (const name of usual) tools[name] = await attempt(...USUAL[name]);
  for (const name of further) tools[name] = await attempt(...FURTHER[name]);
  const written = { ...tools, kubectl: which('kubectl'), providers: findProviders(), missing };
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
  return written;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const later = ['vllm', 'triton', 'deepSpeed', 'jobs', ...ONLY_LIVE];
  const further = EVERYTHING.filter((name) => !later.includes(name));
  const tools = await prepare(TOOLS_FILE, further);
  say(tools.missing.length === 0 ? 'everything is there' : `${tools.missing.length} missing`);
  if (further.some((name) => !tools[name])) process.exitCode = 1;
}
