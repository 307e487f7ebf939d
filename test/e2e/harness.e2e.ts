import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import * as path from 'node:path';
import { EksRelease } from '../../lib/catalog/eks-release';
import { AwsClient } from './harness/aws-client';
import { KubeClient, KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { NodeDescription, nodeObject, nodesOf } from './harness/nodes';
import { pending } from './harness/pods';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { StandIns } from './harness/stand-ins';
import { TerraformStackDriver } from './harness/terraform';
import { tools } from './harness/tools';
import { terraformChanges } from './harness/workloads';

const GPU_NODE: NodeDescription = {
  name: 'gpu-0',
  instanceType: 'p4de.24xlarge',
  labels: { pool: 'p4de', 'node.kubernetes.io/instance-type': 'p4de.24xlarge' },
  taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
  efa: 4,
  rootGib: 100,
  localStorage: true,
};

function pod(name: string, spec: object, namespace = 'default', image = 'example.test/server:1'): KubeObject {
  const container = { name: 'main', image, resources: { limits: { 'nvidia.com/gpu': '8' } } };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [container], ...spec } };
}

const TOLERANT = { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] };

test('a server gets a port of its own, which none other has', async () => {
  const first = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(first + 1, '127.0.0.1', resolve));
  try {
    expect([first, first + 1]).not.toContain(await freePort());
  } finally {
    other.close();
  }
});

describeWith(['controlPlane'], 'the control plane', () => {
  let standIns: StandIns;
  let client: KubeClient;

  beforeAll(async () => {
    standIns = await StandIns.start('harness-kubernetes', { aws: false });
    client = standIns.controlPlane!.client;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
    await until(async () => (await client.find(account)) !== undefined, 30);
    await client.create(nodeObject(GPU_NODE));
    // A new node carries the taint 'not-ready' until its first heartbeat, and the scheduler would name that as the reason.
    const ready = async () => {
      const taints: { key: string }[] = (await client.find(nodeObject(GPU_NODE)))?.spec.taints ?? [];
      return taints.length > 0 && taints.every(({ key }) => key !== 'node.kubernetes.io/not-ready');
    };
    await until(ready, 60, 'the first heartbeat of the node');
  });

  afterAll(() => standIns?.stop());

  test('is the Kubernetes minor that clusters get by default', () => {
    expect(tools().controlPlane?.version).toMatch(`${EksRelease.DEFAULT.kubernetesVersion}.`);
  });

  test('offers no GPU before a device plugin runs, and all of them after', async () => {
    const early = await client.create(pod('early', TOLERANT));
    expect(await pending(client, early)).toContain('Insufficient nvidia.com/gpu');

    const plugin = pod('plugin', { nodeName: 'gpu-0' }, 'default', 'nvcr.io/nvidia/k8s-device-plugin:v0.19.3');
    plugin.spec.containers[0].resources = {};
    await client.create(plugin);
    await until(async () => (await client.find(early))?.spec.nodeName === 'gpu-0', 60, 'scheduling of the pod');
    expect((await client.find(nodeObject(GPU_NODE)))?.status.allocatable).toMatchObject({ 'nvidia.com/gpu': '8' });
    await client.remove(early);
  });

  test('leaves a pod that does not tolerate the taint pending', async () => {
    expect(await pending(client, await client.create(pod('intolerant', {})))).toContain('untolerated taint');
  });

  test('refuses a pod that may run as root in a restricted namespace, and takes one that may not', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'restricted', labels } });
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'restricted' },
    };
    await until(async () => (await client.find(account)) !== undefined, 30);
    const secured = (name: string, runAsNonRoot: boolean) => {
      const made = pod(name, { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
      const container = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot };
      made.spec.containers[0].securityContext = container;
      return { ...made, metadata: { name, namespace: 'restricted' } };
    };
    await expect(client.create(secured('root', false))).rejects.toThrow(
      /violates PodSecurity "restricted.*runAsNonRoot/,
    );
    await expect(client.create(secured('user', true))).resolves.toMatchObject({ kind: 'Pod' });
  });
});

describeWith(['terraform', 'emulator'], 'the AWS stand-in', () => {
  let standIns: StandIns;
  let stack: TerraformStackDriver;
  let aws: AwsClient;

  beforeAll(async () => {
    standIns = await StandIns.start('harness-aws', { controlPlane: false });
    const outdir = path.join(standIns.folder, 'outdir');
    mkdirSync(path.join(outdir, 'stacks', 'tiny'), { recursive: true });
    cpSync(path.join(__dirname, 'fixtures', 'tiny.tf.json'), path.join(outdir, 'stacks', 'tiny', 'cdk.tf.json'));
    aws = new AwsClient(standIns.proxy!.endpoint, 'eu-central-1');
    stack = standIns.terraform!.stack(outdir, 'tiny');
    await stack.init();
  });

  afterAll(() => standIns?.stop());

  test('is the only server a client may name', () => {
    expect(() => new AwsClient('https://ec2.eu-central-1.amazonaws.com', 'eu-central-1')).toThrow('loopback interface');
  });

  test('judges by records of the versions that are installed', () => {
    const script = path.join(__dirname, 'tools', 'record-aws-facts.py');
    const checked = spawnSync(tools().emulator!.python, [script, '--check'], { encoding: 'utf8' });
    expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', '']);
  });

  test('refuses what AWS refuses, with a reason, and keeps nothing of it', async () => {
    const kubernetes = { version: '9.99', roleArn: 'arn:aws:iam::000000000000:role/nobody' };
    const sent = { name: 'refused', ...kubernetes, resourcesVpcConfig: { subnetIds: ['subnet-9'] } };
    await expect(aws.post('eks', '/clusters', sent)).rejects.toThrow(
      /400.*unsupported Kubernetes version 9\.99.*subnet-9/,
    );
    await expect(aws.query('ec2', 'CreateSubnet', { VpcId: 'vpc-9', CidrBlock: '10.0.0.0/24' })).rejects.toThrow(
      /400.*InvalidVpcID\.NotFound/s,
    );
    expect((await aws.get('eks', '/clusters')).clusters).toEqual([]);
    expect(standIns.proxy!.refused.map(({ action }) => action)).toEqual(['POST /clusters', 'CreateSubnet']);
  });

  test('keeps what the provider sends: a second plan is empty', async () => {
    await stack.apply();
    expect(await terraformChanges(stack)).toEqual([]);
  });

  test('would not, without what the proxy writes back', async () => {
    standIns.proxy!.restoring = false;
    const changes = await terraformChanges(stack);
    standIns.proxy!.restoring = true;
    expect(changes.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['aws_launch_template.gpu', 'aws_eks_node_group.gpu']),
    );
  });

  test('describes the nodes that the node group would start', async () => {
    expect(await nodesOf(aws, 'tiny')).toEqual([
      expect.objectContaining({
        name: 'gpu-0',
        instanceType: 'p4de.24xlarge',
        efa: 2,
        rootGib: 120,
        localStorage: true,
        maxPods: 42,
        labels: expect.objectContaining({ pool: 'gpu', 'topology.kubernetes.io/zone': 'eu-central-1a' }),
        taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
      }),
    ]);
  });

  test('is empty after a destroy', async () => {
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
    expect((await aws.get('eks', '/clusters')).clusters).toEqual([]);
  });
});
