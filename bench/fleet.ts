import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { FleetSize, LARGEST, fleet } from './fleet/fleet';
import { placed } from './fleet/placed';
import { table } from './planner/report';

/** What a synthesis takes, with the proof that every pod has a node. */
interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
}

function synthesis(size: FleetSize): Cost {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-fleet-'));
  try {
    const started = process.hrtime.bigint();
    const app = new App({ outdir, stackTraces: false });
    fleet(app, size);
    app.synth();
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { seconds, megabytes: process.memoryUsage().heapUsed / 2 ** 20 };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const part = (share: number): FleetSize => ({
  pools: Math.max(1, LARGEST.pools * share),
  nodes: LARGEST.nodes * share,
  deployments: LARGEST.deployments * share,
  groups: LARGEST.groups * share,
});

/**
 * What a fleet of 1,000 nodes costs: `npx tsx bench/fleet.ts`. With `--cluster` a real control plane places it on simulated nodes, after
 * `node test/e2e/setup.mjs`.
 */
async function main(onCluster: boolean): Promise<void> {
  const shares = [0.05, 0.25, 1];
  synthesis(part(shares[0])); // loads every module
  const costs = shares.map((share) => ({ size: part(share), ...synthesis(part(share)) }));
  const rows = costs.map(({ size, seconds, megabytes }, index) => {
    const before = costs[index - 1];
    const growth = before && Math.log(seconds / before.seconds) / Math.log(size.nodes / before.size.nodes);
    return [
      ...[size.nodes, size.deployments, size.groups].map(String),
      ...[seconds.toFixed(2), megabytes.toFixed(0), growth === undefined ? '' : growth.toFixed(2)],
    ];
  });
  const header = ['nodes', 'deployments', 'groups', 's', 'MB of heap', 'exponent of growth'];
  process.stdout.write(`${table('Synthesis with its proof of scheduling', header, rows)}\n`);
  if (onCluster) process.stdout.write(`${await placed(LARGEST)}\n`);
}

void main(process.argv.includes('--cluster'));
