// Servers of monitoring: Prometheus and Alertmanager of PATH, and Prometheus 3, kube-state-metrics and the node exporter from their Go modules.
import { run, which } from '../../../scripts/support.mjs';
import { buildPrograms, pinned } from './control-plane.mjs';

// kube-state-metrics does not compile against all of what Prometheus needs; what both have is of one version, and compiled once.
const [TOOLS, KUBE_STATE] = ['monitoring', 'kube-state-metrics'];
const PROMETHEUS = 'github.com/prometheus/prometheus';
const KUBE_STATE_METRICS = 'k8s.io/kube-state-metrics/v2';
const NODE_EXPORTER = 'github.com/prometheus/node_exporter';

/**
 * What the system has installed.
 *
 * @returns {Promise<{prometheus: Program, alertmanager: Program, amtool: string}>} each program with its version
 * @typedef {{version: string, program: string}} Program
 */
export async function findMonitoring() {
  const found = { prometheus: which('prometheus'), amtool: which('amtool') };
  const alertmanager = which('prometheus-alertmanager') ?? which('alertmanager');
  const absent = Object.entries({ ...found, alertmanager }).flatMap(([name, file]) => (file ? [] : [name]));
  if (absent.length > 0) throw new Error(`${absent.join(', ')} not on PATH`);
  return {
    prometheus: { version: await versionOf(found.prometheus), program: found.prometheus },
    alertmanager: { version: await versionOf(alertmanager), program: alertmanager },
    amtool: found.amtool,
  };
}

/**
 * Prometheus 3, of which all discovery but that of Kubernetes is left out: it takes a third of the time to build.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<Program>} its version, and its path
 */
export async function preparePrometheus3(cache) {
  const [, minor] = pinned(TOOLS, PROMETHEUS).split('.');
  const source = `${PROMETHEUS}/cmd/prometheus`;
  const program = await build(cache, TOOLS, 'prometheus', source, ['remove_all_sd', 'enable_kubernetes_sd']);
  // The module v0.316.0 is the server 3.16.0.
  return { version: `${minor[0]}.${Number(minor.slice(1))}`, program };
}

/** kube-state-metrics, as `preparePrometheus3`. */
export async function prepareKubeStateMetrics(cache) {
  const program = await build(cache, KUBE_STATE, 'kube-state-metrics', KUBE_STATE_METRICS);
  return { version: pinned(KUBE_STATE, KUBE_STATE_METRICS), program };
}

/** The node exporter, as `preparePrometheus3`. */
export async function prepareNodeExporter(cache) {
  const program = await build(cache, TOOLS, 'node_exporter', NODE_EXPORTER);
  return { version: pinned(TOOLS, NODE_EXPORTER), program };
}

async function build(cache, module, name, source, tags = []) {
  const kubernetes = pinned('control-plane', 'k8s.io/kubernetes');
  return (await buildPrograms(cache, kubernetes, [{ name, module, package: source, tags }]))[name];
}

async function versionOf(program) {
  const { stdout, stderr } = await run([program, '--version'], { capture: true });
  return /version (\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}
