import { readFileSync } from 'fs';
import * as path from 'path';
import { App, TerraformStack } from 'cdktf';
import { warningsOf } from '../support/faults';
import { Synthesized, synthStacks, testApp } from '../support/synth';
import { companyWrapper } from './company-wrapper';
import { existingInfrastructure } from './existing-infrastructure';
import { migration } from './migration';
import { mixedSpot } from './mixed-spot';
import { oneStatement } from './one-statement';
import { PROGRAMS } from './programs';
import { twoAccounts } from './two-accounts';

function synthesized(stacks: (app: App) => TerraformStack[]): Synthesized[] {
  return synthStacks(...stacks(testApp()));
}
const all = (results: Synthesized[], type: string) => results.flatMap((result) => result.resources(type));

describe.each(PROGRAMS.map((program) => [program.name, program] as const))(
  '%s',
  (_, { file, stacks, filledByHand = [] }) => {
    test('warns of nothing but weights that somebody puts into the store by hand', () => {
      const app = testApp();
      synthStacks(...stacks(app));
      const found = warningsOf(app).map(({ id, reason }) => `${id} ${/'([^']*)'/.exec(reason)?.[1]}`);
      expect(found.sort()).toEqual(filledByHand.map((model) => `MODEL_NOT_IMPORTED ${model}`));
    });

    test('needs no override', () => {
      const source = readFileSync(path.join(__dirname, file), 'utf8');
      expect(source).not.toMatch(/addOverride|overrideLogicalId|\.lifecycle|Aspects|findChild|as any/);
    });
  },
);

test('one statement brings a model that meets its targets, monitoring, storage and a store', () => {
  const [result] = synthesized(oneStatement);
  // The model, and kube-state-metrics.
  expect(all([result], 'kubernetes_deployment_v1')).toHaveLength(2);
  expect(all([result], 'kubernetes_stateful_set_v1')).toHaveLength(2);
  expect(all([result], 'aws_s3_bucket')).toHaveLength(1);
  expect(all([result], 'aws_eks_node_group')).toHaveLength(2);
});

test('nothing that exists is made again', () => {
  const [result] = synthesized(existingInfrastructure);
  for (const type of ['aws_vpc', 'aws_subnet', 'aws_eks_cluster', 'aws_s3_bucket'])
    expect(all([result], type)).toEqual([]);
  const made = all([result], 'kubernetes_namespace_v1').map((it) => it.metadata.name);
  expect(made.sort()).toEqual(['gpu-node-agents', 'monitoring-nodes']);
  expect(result.only('aws_eks_node_group').subnet_ids).toMatch(/^\$\{slice\(data\.aws_subnets\.\w+\.ids, 0, 2\)\}$/);
  expect(result.dataSources('aws_eks_cluster')).toHaveLength(1);
});

test('both accounts allow the other, and the clusters sign in as the role that made them', () => {
  const results = synthesized(twoAccounts);
  expect(all(results, 'aws_eks_cluster').map((it) => it.name)).toEqual(['chat', 'chat']);
  const [policy] = all(results, 'aws_s3_bucket_policy').map((it) => it.policy as string);
  expect(policy).toMatch(/222222222222:root/);
  const [key] = all(results, 'aws_kms_key').filter((it) => String(it.description).startsWith('Models'));
  expect(key.policy).toMatch(/222222222222:root/);
  const providers = results.flatMap(
    (result) => (result.json.provider.kubernetes ?? []) as { exec: { args: string[] }[] }[],
  );
  expect(providers).toHaveLength(2);
  for (const { exec } of providers)
    expect(exec[0].args.join(' ')).toContain('--role-arn arn:aws:iam::222222222222:role/deploy');
});

test('a company gets its tags, mirror, boundary, keys, labels, sidecar and secrets', () => {
  const [result] = synthesized(companyWrapper);
  for (const role of all([result], 'aws_iam_role')) {
    expect(role).toMatchObject({ permissions_boundary: 'arn:aws:iam::123456789012:policy/ml-boundary', path: '/ml/' });
  }
  expect(all([result], 'aws_kms_key')).toHaveLength(1);
  for (const type of [
    'aws_eks_cluster',
    'aws_eks_node_group',
    'aws_s3_bucket',
    'aws_iam_role',
    'aws_launch_template',
  ]) {
    for (const resource of all([result], type)) expect(resource.tags).toMatchObject({ 'cost-center': 'ml-42' });
  }
  const workloads = ['deployment', 'stateful_set', 'daemon_set'].flatMap((kind) =>
    result.types.filter((type) => type.startsWith(`kubernetes_${kind}`)).flatMap((type) => result.resources(type)),
  );
  const pods = workloads.map((it) => it.spec.template.spec);
  expect(pods.length).toBeGreaterThanOrEqual(4);
  for (const pod of pods) {
    const containers = [...[pod.init_container ?? []].flat(), ...[pod.container].flat()];
    for (const { image } of containers) expect(image).toMatch(/^registry\.company\.example\//);
  }
  const chat = result.byName('kubernetes_deployment_v1', 'chat').spec.template;
  expect(chat.metadata.labels).toMatchObject({ 'company.example/team': 'search' });
  expect(chat.spec.container.map((it: { name: string }) => it.name)).toEqual(['triton', 'log-shipper']);
  const [triton] = chat.spec.container;
  expect(triton.env).toContainEqual({
    name: 'TELEMETRY_TOKEN',
    value_from: { secret_key_ref: { name: 'telemetry', key: 'token' } },
  });
});

test('small models share a GPU, and Karpenter comes with its pools', () => {
  const results = synthesized(mixedSpot);
  const rank = all(results, 'kubernetes_deployment_v1').find((it) => JSON.stringify(it).includes('clicks'))!;
  expect(rank.spec.template.spec.container[0].resources.limits['nvidia.com/gpu']).toBe('1');
  const charts = all(results, 'helm_release').map((it) => it.chart as string);
  expect(charts).toEqual(expect.arrayContaining(['karpenter', 'karpenter-crd']));
});

test('a migration never leaves the servers without nodes', () => {
  const deployed = (step: 'existing' | 'beside' | 'moved' | 'done') => {
    const [result] = synthesized((app) => migration(app, step));
    const groups = result.resources('aws_eks_node_group').length;
    const selector = result.only('kubernetes_deployment_v1').spec.template.spec.node_selector as object;
    return { groups, plain: 'eks.amazonaws.com/nodegroup' in selector };
  };
  expect(deployed('existing')).toEqual({ groups: 1, plain: true });
  expect(deployed('beside')).toEqual({ groups: 2, plain: true });
  expect(deployed('moved')).toEqual({ groups: 2, plain: false });
  expect(deployed('done')).toEqual({ groups: 1, plain: false });
});
