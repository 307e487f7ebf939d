import { Release } from '@cdktf/provider-helm/lib/release';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { EndpointsV1 } from '@cdktf/provider-kubernetes/lib/endpoints-v1';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { TerraformStack } from 'cdktf';
import { KubernetesAccess, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { KubernetesManifests } from '../../lib/manifests/kubernetes-manifests';
import { KINDS } from '../../lib/manifests/kinds';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

type Meta = ReturnType<typeof kubernetesMeta>;

/** Renders a stack that a row fills. */
const manifests = (build: (stack: TerraformStack, meta: Meta) => void) => (): unknown => {
  const stack = testStack();
  build(stack, kubernetesMeta(stack, testCluster(stack)));
  return KubernetesManifests.of(stack);
};

/** Renders a config map of one key. */
const map = (value: string) =>
  manifests(
    (stack, meta) => void new ConfigMapV1(stack, 'Map', { ...meta, metadata: { name: 'a' }, data: { key: value } }),
  );

/** Renders a config map that has an attribute set by override. */
const override = (path: string, value: unknown) =>
  manifests((stack, meta) =>
    new ConfigMapV1(stack, 'Map', { ...meta, metadata: { name: 'a' } }).addOverride(path, value),
  );

/** The sentences of faults of manifests. */
export const TEXTS: FaultText[] = [
  {
    id: 'ATTRIBUTE_INVALID',
    property: 'kubernetes_config_map_v1.Map.immutable',
    text: `kubernetes_config_map_v1.Map: attribute 'immutable' must be true or false; got "yes"`,
    refuse: override('immutable', 'yes'),
  },
  {
    id: 'ATTRIBUTE_NOT_RENDERED',
    property: 'kubernetes_secret_v1.Secret.data_wo',
    text:
      "kubernetes_secret_v1.Secret: attribute 'data_wo' cannot be rendered because it is write-only and must not be written to a " +
      'manifest; create the secret outside Terraform',
    refuse: manifests((stack, meta) =>
      new SecretV1(stack, 'Secret', { ...meta, metadata: { name: 'a' } }).addOverride('data_wo', { a: 'b' }),
    ),
  },
  {
    id: 'ATTRIBUTE_UNKNOWN',
    property: 'kubernetes_config_map_v1.Map.metadata.color',
    text:
      "kubernetes_config_map_v1.Map: attribute 'metadata.color' is not an attribute of the Kubernetes provider 2.38.0; correct its name " +
      'or leave it out',
    refuse: override('metadata.color', 'red'),
  },
  {
    id: 'CLUSTER_AMBIGUOUS',
    property: 'cluster',
    text: 'this stack has objects for several clusters (east, test); pass cluster to choose one',
    refuse: manifests((stack, meta) => {
      new ConfigMapV1(stack, 'Here', { ...meta, metadata: { name: 'a' } });
      const east = kubernetesMeta(stack, testCluster(stack, { clusterName: 'east' }));
      new ConfigMapV1(stack, 'There', { ...east, metadata: { name: 'a' } });
    }),
  },
  {
    id: 'CLUSTER_NOT_IN_STACK',
    property: 'cluster',
    text: "this stack has no providers for cluster 'test', and so no objects for it; pass the workload stack",
    refuse: () => KubernetesManifests.of(testStack(), { cluster: testCluster(testStack()) }),
  },
  {
    id: 'HELM_RELEASE_NOT_RENDERED',
    property: 'helm_release.Operator',
    text: "helm_release.Operator: only Helm can render the release of chart 'gpu-operator'; pass skipHelmReleases: true to leave it out",
    refuse: () => {
      const stack = testStack();
      const provider = KubernetesAccess.of(stack, testCluster(stack, { clusterName: 'other' })).ensureHelmProvider();
      new Release(stack, 'Operator', { provider, name: 'operator', chart: 'gpu-operator' });
      return KubernetesManifests.of(stack);
    },
  },
  {
    id: 'REFERENCE_CIRCULAR',
    property: 'kubernetes_config_map_v1.Map.data.key',
    text:
      "kubernetes_config_map_v1.Map: attribute 'data.key' refers to itself through 'kubernetes_config_map_v1.Map.data.key'; " +
      'break the cycle',
    refuse: map('${kubernetes_config_map_v1.Map.data.key}'),
  },
  {
    id: 'REFERENCE_WITHOUT_VALUE',
    property: 'kubernetes_config_map_v1.Map.data.key',
    text:
      "kubernetes_config_map_v1.Map: attribute 'data.key' refers to 'aws_iam_role.Role.arn', which only Terraform knows; pass its value " +
      "in values: { 'aws_iam_role.Role.arn': ... }",
    refuse: manifests((stack, meta) => {
      const { arn } = new IamRole(stack, 'Role', { name: 'pod', assumeRolePolicy: '{}' });
      new ConfigMapV1(stack, 'Map', { ...meta, metadata: { name: 'a' }, data: { key: arn } });
    }),
  },
  {
    id: 'RESOURCE_TYPE_NOT_RENDERED',
    property: 'kubernetes_endpoints_v1.Endpoints',
    text:
      'kubernetes_endpoints_v1.Endpoints: resources of this type cannot be rendered; these can: ' +
      Object.keys(KINDS).join(', '),
    refuse: manifests((stack, meta) => void new EndpointsV1(stack, 'Endpoints', { ...meta, metadata: { name: 'a' } })),
  },
  {
    id: 'TEMPLATE_NOT_RENDERED',
    property: 'kubernetes_config_map_v1.Map.data.key',
    text: "kubernetes_config_map_v1.Map: attribute 'data.key' has a template directive (%{...}), which cannot be rendered; write the value itself",
    refuse: map('%{if true}a%{endif}'),
  },
];
