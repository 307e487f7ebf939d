// Synthesis of 1 to 200 GPU pools in one stack, with the node agents that follow from them, as a table. It asserts nothing: the last
// column says how the time grows, 1 for a straight line. After `npm run build`: node bench/pools.mjs [repetitions]
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { App, TerraformStack } = require('cdktf');
const { AwsProvider } = require('@cdktf/provider-aws/lib/provider');
const library = require('gpu-inference-constructs');

const COUNTS = [1, 10, 50, 100, 200];
const REPETITIONS = Number(process.argv[2] ?? 5);

/** A stack with pools of three kinds by turns: plain, with EFA, and with tags for the cluster autoscaler. */
function build(count, outdir) {
  const { Autoscaling, EksGpuCluster, GpuInstanceType, GpuNodePool, KubernetesAccess, NodeAgents, RdmaFabric } =
    library;
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'pools');
  new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'bench',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
  });
  KubernetesAccess.of(stack, cluster);
  new NodeAgents(stack, 'Agents', { cluster, dcgmExporter: true });
  const kinds = [
    { instanceType: GpuInstanceType.G6E_XLARGE },
    { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() },
    { instanceType: GpuInstanceType.G5_12XLARGE, autoscaling: Autoscaling.clusterAutoscaler() },
  ];
  for (let i = 0; i < count; i++) {
    new GpuNodePool(stack, `pool-${i}`, { cluster, minNodes: 1, maxNodes: 2, ...kinds[i % kinds.length] });
  }
  return app;
}

function measure(count) {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-pools-'));
  try {
    const started = process.hrtime.bigint();
    build(count, outdir).synth();
    return Number(process.hrtime.bigint() - started) / 1e9;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

measure(1); // loads every module
// The sizes take turns, because two cores are seldom idle alike.
const runs = COUNTS.map(() => []);
for (let turn = 0; turn < REPETITIONS; turn++) COUNTS.forEach((count, i) => runs[i].push(measure(count)));
const seconds = runs.map(median);
const rows = COUNTS.map((count, i) => {
  const growth = i === 0 ? '' : Math.log(seconds[i] / seconds[i - 1]) / Math.log(count / COUNTS[i - 1]);
  return {
    pools: count,
    seconds: seconds[i].toFixed(3),
    'ms per further pool': i === 0 ? '' : ((1000 * (seconds[i] - seconds[0])) / (count - 1)).toFixed(1),
    'exponent of growth': growth === '' ? '' : growth.toFixed(2),
  };
});
console.log(`\nPools in one stack (${REPETITIONS} runs each, medians)`);
console.table(rows);
