import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { spawn, spawnSync } from 'child_process';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { EXPECTED_NETWORK } from '../../lib/network/nccl-acceptance-test';

/** What NCCL printed; the first line of each says where. */
const recorded = (name: string) => readFileSync(path.join(__dirname, 'fixtures', `nccl-${name}.txt`), 'utf8').trim();

// What NCCL prints where we have no such hardware: EFA from the log in aws-samples/aws-efa-eks (043dbe7, README.md), NCCL 2.8.3 on two p4d.24xlarge;
// InfiniBand in the same form, with the names of src/transport/net_ib.cc of NVIDIA/nccl.
const EFA = `worker-0:26:26 [0] NCCL INFO Bootstrap : Using eth0:172.31.94.17<0>
worker-0:26:26 [0] NCCL INFO NET/OFI Selected Provider is efa
worker-0:26:26 [0] NCCL INFO Using network AWS Libfabric
worker-0:26:69 [0] NCCL INFO Channel 00 : 8[101c0] -> 0[101c0] [receive] via NET/AWS Libfabric/0/GDRDMA`;
const IB = `worker-0:26:26 [0] NCCL INFO NET/IB : Using [0]mlx5_0:1/IB [1]mlx5_1:1/IB [RO]; OOB eth0:10.0.0.4<0>
worker-0:26:26 [0] NCCL INFO Using network IB
worker-0:26:69 [0] NCCL INFO Channel 00/0 : 8[0] -> 0[0] [receive] via NET/IB/0/GDRDMA`;
const SOCKET = recorded('socket');
const BEST = (value: string) => `acceptance: 64 MiB in 0.40 ms, bus bandwidth 12.00 GB/s
acceptance: best bus bandwidth ${value} GB/s`;

let root: string;
let env: { [name: string]: string };
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'acceptance-'));
  env = {
    PATH: `${root}:/usr/bin:/bin`,
    TMPDIR: root,
    JOB_COMPLETION_INDEX: '0',
    NODES: '2',
    GPUS_PER_NODE: '8',
    MASTER_ADDR: 'localhost',
    MASTER_PORT: '29500',
    MIN_BUS_BANDWIDTH: '240',
    EXPECTED_NETWORK: EXPECTED_NETWORK.efa,
    MEASURE_SCRIPT: '/etc/acceptance/measure.py',
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program of the image that prints a text and ends with a status; it notes how it was called. */
function install(name: string, output: string, status = 0, then = ':'): void {
  const file = path.join(root, name);
  const call = `printf '%s ' "$@" "debug=$NCCL_DEBUG" >> "${path.join(root, 'calls')}"`;
  writeFileSync(file, `#!/bin/sh\n${call}\ncat <<'END'\n${output}\nEND\n${then}\nexit ${status}\n`);
  chmodSync(file, 0o755);
}

function run(): Promise<{ status: number | null; output: string }> {
  const file = path.join(root, 'run.sh');
  writeFileSync(file, scriptAsset('nccl-acceptance.sh'));
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', [file], { env, cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

describe('the verdict of an acceptance test', () => {
  test('passes on the fabric, at the floor', async () => {
    install('torchrun', `${EFA}\n${BEST('240.00')}`);
    const { status, output } = await run();
    expect(output).toContain('PASSED: bus bandwidth 240.00 GB/s, at least 240 GB/s');
    expect(output).toContain('Selected Provider is efa');
    expect(output).not.toContain('WARNING');
    expect(status).toBe(0);
    const calls = spawnSync('cat', [path.join(root, 'calls')]).stdout.toString();
    expect(calls).toContain('--nnodes 2 --node-rank 0 --nproc-per-node 8');
    expect(calls).toContain('--master-addr localhost --master-port 29500 /etc/acceptance/measure.py debug=INFO');
  });

  test('passes on InfiniBand', async () => {
    env.EXPECTED_NETWORK = EXPECTED_NETWORK.connectX;
    install('torchrun', `${IB}\n${BEST('351.2')}`);
    expect(await run()).toMatchObject({ status: 0 });
  });

  test('a pod that is not the first needs no figure', async () => {
    env.JOB_COMPLETION_INDEX = '1';
    install('torchrun', EFA);
    expect(await run()).toMatchObject({ status: 0, output: expect.stringContaining('pod 1 has done its part') });
  });

  test('warns when data may pass through host memory', async () => {
    install('torchrun', `${EFA.replace('/GDRDMA', '')}\n${BEST('250')}`);
    expect(await run()).toMatchObject({ status: 0, output: expect.stringContaining('did not say GDRDMA') });
  });

  test.each<[string, string, number, RegExp]>([
    ['the socket transport', `${SOCKET}\n${BEST('999')}`, 0, /FAILED: NCCL fell back to TCP: .*NET\/Socket/],
    ['sockets beside the fabric', `${EFA}\n${SOCKET}\n${BEST('999')}`, 0, /fell back to TCP/],
    ['one of four interfaces', `${EFA}\n${BEST('61.70')}`, 0, /bus bandwidth 61.70 GB\/s is below 240 GB\/s/],
    ['a hair below the floor', `${EFA}\n${BEST('239.99')}`, 0, /is below 240/],
    ['another fabric', `${IB}\n${BEST('999')}`, 0, /did not say that it uses the fabric/],
    ['silence', BEST('999'), 0, /did not say that it uses the fabric/],
    ['no figure', EFA, 0, /no bandwidth was measured/],
    ['an error', `${EFA}\n${BEST('999')}`, 7, /the all-reduce ended with status 7/],
  ])('fails for %s', async (_, output, status, message) => {
    install('torchrun', output, status);
    const result = await run();
    expect(result.output).toMatch(message);
    expect(result.status).toBe(1);
  });

  test.each(Object.entries(EXPECTED_NETWORK))('fails on recorded TCP where %s is expected', async (_, expected) => {
    env.EXPECTED_NETWORK = expected;
    env.MIN_BUS_BANDWIDTH = '1';
    install('torchrun', SOCKET);
    expect(await run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/FAILED: NCCL fell back to TCP: .*1\[1\] -> 2\[2\] \[send\] via NET\/Socket\/0/),
    });
  });

  test('fails on TCP by libfabric', async () => {
    install('torchrun', `${EFA.replace('is efa', 'is tcp')}\n${BEST('999')}`);
    expect(await run()).toMatchObject({ status: 1, output: expect.stringContaining('fell back to TCP') });
  });

  test('says that a node has no adapter', async () => {
    env.EXPECTED_NETWORK = EXPECTED_NETWORK.connectX;
    install('torchrun', recorded('no-infiniband'), 1);
    expect(await run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/FAILED: NCCL found no adapter .*Failed to initialize any NET plugin/),
    });
  });

  test('does not take the search for adapters for their use', async () => {
    env.EXPECTED_NETWORK = EXPECTED_NETWORK.connectX;
    install('torchrun', `${recorded('nvlink')}\n${BEST('999')}`);
    expect(await run()).toMatchObject({ status: 1, output: expect.stringContaining('did not say that it uses') });
  });

  test('does not take a socket transport that is set up for one that is used', async () => {
    env.EXPECTED_NETWORK = 'via P2P';
    install('torchrun', recorded('nvlink'));
    expect(await run()).toMatchObject({ status: 0, output: expect.stringContaining('PASSED: bus bandwidth 353.64') });
    env.MIN_BUS_BANDWIDTH = '354';
    expect(await run()).toMatchObject({ status: 1, output: expect.stringContaining('353.64 GB/s is below 354') });
  });

  test('ends an all-reduce that hangs because another node failed', async () => {
    env.RUN_SECONDS = '1';
    install('torchrun', recorded('other-node-failed'), 0, 'exec sleep 60');
    expect(await run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/did not end within 1 s: .* NCCL fell back to TCP on this node/),
    });
  });

  test('fails when the first pod does not appear', async () => {
    install('getent', '', 2);
    install('torchrun', `${EFA}\n${BEST('999')}`);
    env.WAIT_SECONDS = '2';
    expect(await run()).toMatchObject({
      status: 1,
      output: expect.stringMatching(/name localhost .* did not appear in 2 s/),
    });
  });
});

test('the measured program is Python', () => {
  const check = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
    input: scriptAsset('nccl_measure.py'),
  });
  expect(check.stderr.toString()).toBe('');
  expect(check.status).toBe(0);
});
