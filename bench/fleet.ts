import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { FleetSize, fleet, shareOf } from './fleet/fleet';
import { place } from './fleet/placed';
import { countsOf, differences } from './fleet/places';
import { table } from './planner/report';

/** What a synthesis takes, with the proof that every pod has a node. */
interface Cost {
  readonly seconds: number;
  /** Of processors, which other programs on the machine do not lengthen as much. */
  readonly busySeconds: number;
  /** The most that the process had. */
  readonly megabytes: number;
}

function synthesis(size: FleetSize): Cost {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-fleet-'));
  try {
    const started = process.hrtime.bigint();
    const before = process.cpuUsage();
    const app = new App({ outdir, stackTraces: false });
    fleet(app, size);
    app.synth();
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const { user, system } = process.cpuUsage(before);
    return { seconds, busySeconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const SHARES = [0.05, 0.25, 1];

/** Each size in a process of its own, for its memory. */
function measured(share: number): Cost {
  return JSON.parse(
    execFileSync(process.execPath, [...process.execArgv, __filename, 'one', String(share)], { encoding: 'utf8' }),
  ) as Cost;
}

function sizes(): string {
  const costs = SHARES.map((share) => ({ size: shareOf(share), ...measured(share) }));
  const rows = costs.map(({ size, seconds, busySeconds, megabytes }, index) => {
    const before = costs[index - 1];
    const growth = before && Math.log(busySeconds / before.busySeconds) / Math.log(size.nodes / before.size.nodes);
    return [
      ...[size.nodes, size.deployments, size.groups].map(String),
      ...[
        seconds.toFixed(2),
        busySeconds.toFixed(2),
        megabytes.toFixed(0),
        growth === undefined ? '' : growth.toFixed(2),
      ],
    ];
  });
  const header = ['nodes', 'deployments', 'groups', 's', 's of processors', 'MB at most', 'exponent of growth'];
  return table('Synthesis with its proof of scheduling', header, rows);
}

/** Places a fleet on a cluster; says what differs from the proof. */
async function cluster(size: FleetSize): Promise<string[]> {
  const { objects, seconds, peaks, promises, pods } = await place(size);
  const counts = countsOf(promises, pods).map((each) =>
    [each.pool, each.promised, each.pods, each.groups, each.nodes].map(String),
  );
  const of = `${size.nodes} nodes in ${size.pools} pools, ${size.deployments} deployments, ${size.groups} groups, ${objects} objects`;
  const tables = [
    table(
      `On a control plane: ${of}`,
      ['', 's'],
      seconds.map(([step, took]) => [step, took.toFixed(1)]),
    ),
    table(
      'Most memory',
      ['program', 'MB'],
      peaks.map(({ program, megabytes }) => [program, megabytes.toFixed(0)]),
    ),
    table('Pods on nodes', ['pool', 'by the proof', 'found', 'groups', 'nodes in use'], counts),
  ];
  process.stdout.write(`${tables.join('\n')}\n`);
  return differences(promises, pods);
}

/**
 * What a fleet of 1,000 nodes costs: `npx tsx bench/fleet.ts`. With `--cluster` a real control plane places it on simulated nodes, after
 * `node test/e2e/setup.mjs`; with `--cluster 0.05`, that share of it. Exits with 1 where a pod is elsewhere than the proof says.
 */
async function main([mode, share = '1']: string[]): Promise<void> {
  if (mode === 'one') {
    synthesis(shareOf(SHARES[0])); // loads every module
    process.stdout.write(JSON.stringify(synthesis(shareOf(Number(share)))));
    return;
  }
  const machine = `${cpus().length} x ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, node ${process.versions.node}`;
  process.stdout.write(`${machine}\n\n`);
  if (mode !== '--cluster') return void process.stdout.write(`${sizes()}\n`);
  const found = await cluster(shareOf(Number(share)));
  if (found.length > 0) {
    process.stderr.write(`pods are elsewhere than the proof says:\n${found.join('\n')}\n`);
    process.exitCode = 1;
  } else process.stdout.write('Every pod is on the pool that the proof names, each group on nodes of one pool.\n');
}

void main(process.argv.slice(2));
