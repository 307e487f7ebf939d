import { readFileSync } from 'fs';
import * as path from 'path';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { Release } from '@cdktf/provider-helm/lib/release';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { EndpointsV1 } from '@cdktf/provider-kubernetes/lib/endpoints-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { TerraformStack } from 'cdktf';
import { parseAllDocuments } from 'yaml';
import { CustomResources } from '../../lib/kubernetes/custom-resources';
import { KubernetesAccess, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { restrictedContainerSecurityContext, restrictedPodSecurityContext } from '../../lib/kubernetes/pod-security';
import { escapeTemplate } from '../../lib/core/template-escape';
import { KubernetesManifests } from '../../lib/manifests';
import { faultsThrown, idsOf } from '../support/faults';
import { testApp, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

const RULE = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'gpu' },
  spec: { text: '${x} {{ y }}' },
};

function serving(stack: TerraformStack, cluster: TestCluster): void {
  const meta = kubernetesMeta(
    stack,
    cluster,
    ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED),
  );
  new DeploymentV1(stack, 'Deployment', {
    ...meta,
    metadata: { name: 'chat', namespace: 'inference' },
    waitForRollout: false,
    spec: {
      replicas: '2',
      selector: { matchLabels: { app: 'chat' } },
      template: {
        metadata: { labels: { app: 'chat' } },
        spec: {
          securityContext: restrictedPodSecurityContext(),
          toleration: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
          container: [
            {
              name: 'triton',
              image: 'triton:1',
              port: [{ containerPort: 8000 }],
              resources: { limits: { 'nvidia.com/gpu': '8' } },
              securityContext: restrictedContainerSecurityContext(),
              env: [{ name: 'TEMPLATE', value: escapeTemplate('${HOME}') }],
              startupProbe: { httpGet: { path: '/ready', port: 'http' }, failureThreshold: 60 },
              volumeMount: [{ name: 'shm', mountPath: '/dev/shm' }],
            },
          ],
          volume: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } }],
        },
      },
    },
  });
}

test('the objects of a stack are rendered as the provider would send them, namespaces first', () => {
  const stack = testStack();
  serving(stack, testCluster(stack));
  new S3Bucket(stack, 'Bucket', { bucket: 'models' });
  const { objects } = KubernetesManifests.of(stack);
  expect(objects).toEqual([
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'inference',
        labels: {
          'app.kubernetes.io/managed-by': 'gpu-inference-constructs',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'chat', namespace: 'inference' },
      spec: {
        progressDeadlineSeconds: 600,
        replicas: 2,
        revisionHistoryLimit: 10,
        selector: { matchLabels: { app: 'chat' } },
        template: {
          metadata: { labels: { app: 'chat' } },
          spec: {
            automountServiceAccountToken: true,
            containers: [
              {
                name: 'triton',
                image: 'triton:1',
                env: [{ name: 'TEMPLATE', value: '${HOME}' }],
                ports: [{ containerPort: 8000, protocol: 'TCP' }],
                resources: { limits: { 'nvidia.com/gpu': '8' } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                  privileged: false,
                  readOnlyRootFilesystem: true,
                  runAsNonRoot: true,
                  seccompProfile: { type: 'RuntimeDefault' },
                },
                startupProbe: {
                  failureThreshold: 60,
                  httpGet: { path: '/ready', port: 'http', scheme: 'HTTP' },
                  periodSeconds: 10,
                  successThreshold: 1,
                  timeoutSeconds: 1,
                },
                terminationMessagePath: '/dev/termination-log',
                volumeMounts: [{ mountPath: '/dev/shm', mountPropagation: 'None', name: 'shm' }],
              },
            ],
            dnsPolicy: 'ClusterFirst',
            enableServiceLinks: true,
            restartPolicy: 'Always',
            securityContext: {
              fsGroup: 1000,
              runAsGroup: 1000,
              runAsNonRoot: true,
              runAsUser: 1000,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            shareProcessNamespace: false,
            terminationGracePeriodSeconds: 30,
            tolerations: [{ effect: 'NoSchedule', key: 'nvidia.com/gpu', operator: 'Exists' }],
            volumes: [{ emptyDir: { medium: 'Memory', sizeLimit: '16Gi' }, name: 'shm' }],
          },
        },
      },
    },
  ]);
});

test('the YAML is one document for each object', () => {
  const stack = testStack();
  serving(stack, testCluster(stack));
  const manifests = KubernetesManifests.of(stack);
  const documents = parseAllDocuments(manifests.toYaml());
  expect(documents.map((document) => document.toJS() as unknown)).toEqual(manifests.objects);
  expect(KubernetesManifests.of(stack).toYaml()).toBe(manifests.toYaml());
});

test('a stack without Kubernetes objects renders nothing', () => {
  const manifests = KubernetesManifests.of(testStack());
  expect(manifests.objects).toEqual([]);
  expect(manifests.toYaml()).toBe('');
});

describe('references', () => {
  function withRole(stack: TerraformStack): IamRole {
    const cluster = testCluster(stack);
    const role = new IamRole(stack, 'Role', { name: 'pod', assumeRolePolicy: '{}' });
    new ServiceAccountV1(stack, 'Account', {
      ...kubernetesMeta(stack, cluster),
      metadata: { name: 'chat', annotations: { 'eks.amazonaws.com/role-arn': role.arn, role: role.name } },
    });
    return role;
  }

  test('to literals of the stack are resolved, others by values', () => {
    const stack = testStack();
    withRole(stack);
    const [account] = KubernetesManifests.of(stack, {
      values: { 'aws_iam_role.Role.arn': 'arn:aws:iam::1:role/pod' },
    }).objects;
    expect(account.metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/pod',
      role: 'pod',
    });
  });

  test('without a value are faults that name resource, attribute and expression', () => {
    const stack = testStack();
    withRole(stack);
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(stack)))).toEqual([
      'REFERENCE_WITHOUT_VALUE kubernetes_service_account_v1.Account.metadata.annotations.eks.amazonaws.com/role-arn',
    ]);
  });

  test('to another stack are followed there', () => {
    const app = testApp();
    const [infra, workload] = [testStack(app, 'infra'), testStack(app, 'workload')];
    const role = new IamRole(infra, 'Role', { name: 'pod', assumeRolePolicy: '{}' });
    new ConfigMapV1(workload, 'Map', {
      ...kubernetesMeta(workload, testCluster(workload)),
      metadata: { name: 'role' },
      data: { name: role.name, arn: role.arn },
    });
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(workload)))).toEqual([
      'REFERENCE_WITHOUT_VALUE kubernetes_config_map_v1.Map.data.arn',
    ]);
    const [map] = KubernetesManifests.of(workload, { values: { 'aws_iam_role.Role.arn': 'arn' } }).objects;
    expect(map.data).toEqual({ name: 'pod', arn: 'arn' });
  });
});

describe('custom resources', () => {
  function build(): TerraformStack {
    const stack = testStack();
    const cluster = testCluster(stack);
    const role = new IamRole(stack, 'Role', { name: 'pod', assumeRolePolicy: '{}' });
    const other = {
      ...RULE,
      metadata: { name: 'other', namespace: 'there' },
      spec: { role: role.name, arn: `a "${role.name}"` },
    };
    new CustomResources(stack, 'Rules', {
      cluster,
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [RULE, other],
    });
    return stack;
  }

  test('are rendered as they were given, in the namespace of their release', () => {
    expect(KubernetesManifests.of(build()).objects).toEqual([
      { ...RULE, metadata: { name: 'gpu', namespace: 'monitoring' } },
      { ...RULE, metadata: { name: 'other', namespace: 'there' }, spec: { role: 'pod', arn: 'a "pod"' } },
    ]);
  });

  test('have no namespace where their kind has none', () => {
    const kinds: { [kind: string]: { apiVersion: string; scope: string } } = JSON.parse(
      readFileSync(path.join(__dirname, '../network/fixtures/network-operator-crds.json'), 'utf8'),
    ).kinds;
    const stack = testStack();
    const resources = Object.entries(kinds).map(([kind, { apiVersion }]) => ({
      apiVersion,
      kind,
      metadata: { name: 'it' },
    }));
    const cluster = testCluster(stack);
    new CustomResources(stack, 'All', { cluster, releaseName: 'all', namespace: 'operator', resources });
    const found = KubernetesManifests.of(stack).objects.map(({ kind, metadata }) => [kind, metadata.namespace]);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        Object.entries(kinds).map(([kind, { scope }]) => [kind, scope === 'Namespaced' ? 'operator' : undefined]),
      ),
    );
  });

  test('releases of other charts are faults, or left out when asked for', () => {
    const stack = build();
    const access = KubernetesAccess.of(stack, stack.node.findChild('Cluster-test') as TestCluster);
    new Release(stack, 'Operator', { provider: access.ensureHelmProvider(), name: 'operator', chart: 'gpu-operator' });
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(stack)))).toEqual([
      'HELM_RELEASE_NOT_RENDERED helm_release.Operator',
    ]);
    expect(KubernetesManifests.of(stack, { skipHelmReleases: true }).objects).toHaveLength(2);
  });
});

describe('several clusters in a stack', () => {
  function build(): { stack: TerraformStack; clusters: TestCluster[] } {
    const stack = testStack();
    const clusters = ['west', 'east'].map((clusterName) => testCluster(stack, { clusterName }));
    for (const cluster of clusters) {
      const meta = kubernetesMeta(stack, cluster);
      new ConfigMapV1(stack, `Map-${cluster.clusterName}`, { ...meta, metadata: { name: cluster.clusterName } });
    }
    return { stack, clusters };
  }

  test('must be told apart', () => {
    const { stack, clusters } = build();
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(stack)))).toEqual(['CLUSTER_AMBIGUOUS cluster']);
    const names = clusters.map((cluster) =>
      KubernetesManifests.of(stack, { cluster }).objects.map((object) => object.metadata.name as string),
    );
    expect(names).toEqual([['west'], ['east']]);
  });

  test("of which one is not the stack's are refused", () => {
    const { stack } = build();
    const cluster = new TestCluster(stack, 'Stranger', { clusterName: 'stranger' });
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(stack, { cluster })))).toEqual([
      'CLUSTER_NOT_IN_STACK cluster',
    ]);
  });
});

describe('fails, naming everything at once, when', () => {
  test('there is a type without rules, and an attribute without one', () => {
    const stack = testStack();
    const meta = kubernetesMeta(stack, testCluster(stack));
    new EndpointsV1(stack, 'Endpoints', { ...meta, metadata: { name: 'a' } });
    new ConfigMapV1(stack, 'Map', { ...meta, metadata: { name: 'a' } }).addOverride('metadata.color', 'red');
    expect(idsOf(faultsThrown(() => KubernetesManifests.of(stack)))).toEqual([
      'RESOURCE_TYPE_NOT_RENDERED kubernetes_endpoints_v1.Endpoints',
      'ATTRIBUTE_UNKNOWN kubernetes_config_map_v1.Map.metadata.color',
    ]);
  });

  test('a validation of the stack fails', () => {
    const stack = testStack();
    stack.node.addValidation({ validate: () => ['no model'] });
    expect(() => KubernetesManifests.of(stack)).toThrow('no model');
  });
});
