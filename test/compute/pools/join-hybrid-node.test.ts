import { spawnSync } from 'child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { parse } from 'yaml';
import { testStack } from '../../support/synth';
import { ACTIVATION, hybridPool } from './hybrid-programs';
import { Duration } from '../../../lib/units';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'join-'));
  for (const folder of ['bin', 'usr/local/bin', 'etc/containerd', 'etc/iam/pki'])
    mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, 'etc/containerd/config.toml'), 'version = 2\n');
  for (const file of ['server.pem', 'server.key']) writeFileSync(path.join(root, 'etc/iam/pki', file), 'x\n');
  install('curl', 'true');
  install('nvidia-smi', "echo 'GPU 0: NVIDIA L4 (UUID: GPU-0)'");
  // As nvidia-ctk does: the same file again where the runtime is there already.
  install(
    'nvidia-ctk',
    `grep -q nvidia "${root}/etc/containerd/config.toml" || echo nvidia >> "${root}/etc/containerd/config.toml"`,
  );
  install('nodeadm', `[ "$1" != init ] || echo up > "${root}/kubelet"`);
  install('systemctl', `[ "$1" != is-active ] || [ -e "${root}/kubelet" ]`);
  install('openssl', "printf 'subject=\\n    commonName                = shop-1-a\\n'");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program of the host, which notes how it was called. */
function install(name: string, does: string): void {
  const file = path.join(root, 'bin', name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${root}/calls"\n${does}\n`);
  chmodSync(file, 0o755);
}

/** The script of a pool as Terraform writes it, with the ARNs that AWS would give. */
function script(options = {}): string {
  const pool = hybridPool(testStack(), options);
  return pool.bootstrapScript.replace(/\$\{TfToken\[[^\]]*\]\}/g, 'arn:of:aws').replace(/\$\$\{/g, '${');
}

function run(text: string, env: { [name: string]: string } = {}) {
  const file = path.join(root, 'join.sh');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync('/bin/sh', [file], {
    env: { PATH: `${root}/bin:/usr/bin:/bin`, ROOT: root, NODE_NAME: 'shop-1-a', TMPDIR: root, ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const calls = (name: string) =>
  (existsSync(path.join(root, 'calls')) ? readFileSync(path.join(root, 'calls'), 'utf8') : '')
    .split('\n')
    .filter((line) => line.startsWith(`${name} `));
const config = () => readFileSync(path.join(root, 'etc/eks/node-config.yaml'), 'utf8');

describe('the script that makes a host a node', () => {
  test('installs, joins under the name of the node, and gives containers GPUs', () => {
    expect(run(script())).toEqual({ status: 0, output: 'shop-1-a is a node; its CNI makes it ready\n' });
    expect(calls('nodeadm')).toEqual([
      'nodeadm install 1.35 --credential-provider iam-ra --region us-west-2',
      `nodeadm init --config-source file://${root}/etc/eks/node-config.yaml.new`,
    ]);
    expect(parse(config()).spec.hybrid.iamRolesAnywhere).toEqual({
      nodeName: 'shop-1-a',
      trustAnchorArn: 'arn:of:aws',
      profileArn: 'arn:of:aws',
      roleArn: 'arn:of:aws',
    });
    expect(calls('systemctl')).toContain('systemctl restart containerd');
  });

  test('does nothing again when it runs again', () => {
    run(script());
    rmSync(path.join(root, 'calls'));
    expect(run(script()).status).toBe(0);
    expect(calls('nodeadm')).toEqual([]);
    expect(calls('systemctl')).toEqual(['systemctl is-active --quiet kubelet']);
  });

  test('takes a changed configuration on, and joins again where the kubelet is down', () => {
    run(script());
    rmSync(path.join(root, 'calls'));
    run(script({ maxPods: 50 }));
    expect(calls('nodeadm')).toHaveLength(1);
    expect(parse(config()).spec.kubelet.config.maxPods).toBe(50);
    rmSync(path.join(root, 'calls'));
    rmSync(path.join(root, 'kubelet'));
    run(script({ maxPods: 50 }));
    expect(calls('nodeadm')).toHaveLength(1);
  });

  test('joins again where joining failed', () => {
    install('nodeadm', '[ "$1" != init ] || exit 3');
    expect(run(script()).status).toBe(3);
    install('nodeadm', `[ "$1" != init ] || echo up > "${root}/kubelet"`);
    expect(run(script()).status).toBe(0);
    expect(calls('nodeadm').filter((call) => call.includes('install'))).toHaveLength(1);
  });

  test('gives an activation to the host alone', () => {
    const text = script({ credentials: ACTIVATION, maxUplinkOutage: Duration.hours(1) });
    expect(run(text)).toMatchObject({ status: expect.any(Number), output: expect.stringContaining('ACTIVATION_ID') });
    expect(calls('nodeadm')).toEqual([]);
    expect(run(text, { ACTIVATION_ID: 'an-id', ACTIVATION_CODE: 'a-code' }).status).toBe(0);
    expect(parse(config()).spec.hybrid.ssm).toEqual({ activationId: 'an-id', activationCode: 'a-code' });
  });

  test.each([
    ['without the driver', () => rmSync(path.join(root, 'bin', 'nvidia-smi')), 'nvidia-smi is not on this host'],
    ['without a GPU', () => install('nvidia-smi', 'echo No devices were found'), 'the driver sees no GPU'],
    ['without its key', () => rmSync(path.join(root, 'etc/iam/pki/server.key')), 'server.key is missing'],
    [
      'with the certificate of another node',
      () => install('openssl', "printf '    commonName                = shop-9\\n'"),
      "the certificate is of 'shop-9', but this node is 'shop-1-a'",
    ],
  ])('%s says so, and changes nothing', (_, lack, said) => {
    lack();
    const { status, output } = run(script());
    expect(status).toBe(1);
    expect(output).toContain(said);
    expect(calls('nodeadm')).toEqual([]);
    expect(existsSync(path.join(root, 'etc/eks'))).toBe(false);
  });
});
