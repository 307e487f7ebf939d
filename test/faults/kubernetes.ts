import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { KubernetesAccess, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { testEksCluster } from '../compute/test-eks-cluster';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

export const TEXTS: FaultText[] = [
  {
    id: 'ACCESS_WITHOUT_AWS_IDENTITY',
    text:
      "the AWS provider of cluster 'test' has an access key and assumes a role with an external id, which `aws eks get-token` is not told, so " +
      "that the Kubernetes providers of stack 'test' would sign in as another identity, which the cluster may refuse; pass roleArn or profile to " +
      'KubernetesAccess.of before the constructs that use the cluster, or as kubernetesAccess of the topology, or accept this by ' +
      "Warnings.accept(stack, 'ACCESS_WITHOUT_AWS_IDENTITY', '<reason>')",
    faults: () => {
      const stack = testStack();
      const assumeRole = [{ roleArn: 'arn:aws:iam::1:role/deploy', externalId: 'x' }];
      Object.assign(stack.node.findChild('Aws'), { accessKey: 'AKIA', assumeRole });
      testEksCluster(stack);
      faultsAtSynth(stack);
      return warningsOf(stack);
    },
  },
  {
    id: 'CLUSTERS_SHARE_NAME',
    property: 'clusterName',
    text:
      "the stack already has providers for another cluster named 'test': they belong to 'test/Cluster-test', but 'test/Other' needs its own; " +
      'if both are the same cluster, use one construct everywhere, else give one of them another name or another stack',
    refuse: () => {
      const stack = testStack();
      testCluster(stack);
      KubernetesAccess.of(stack, new TestCluster(stack, 'Other'));
    },
  },
  {
    id: 'MISSING_HELM_PROVIDER',
    property: 'providers.helm',
    text: "custom resources and charts on cluster 'test' need a Helm provider; pass helm to KubernetesAccess.fromProviders",
    refuse: () => {
      const stack = testStack();
      const kubernetes = new KubernetesProvider(stack, 'Mine');
      KubernetesAccess.fromProviders(stack, new TestCluster(stack, 'Cluster'), { kubernetes }).ensureHelmProvider();
    },
  },
  {
    id: 'MISSING_PROVIDER',
    text:
      "stack 'test' has no kubernetes provider for cluster 'test', which 'test/Cluster' needs; call KubernetesAccess.of(stack, cluster) " +
      'before creating what needs it, or pass your own providers with KubernetesAccess.fromProviders',
    faults: () => {
      const stack = testStack();
      const cluster = new TestCluster(stack, 'Cluster');
      kubernetesMeta(cluster, cluster);
      return faultsAtSynth(stack);
    },
  },
  {
    id: 'NAMESPACE_LEVEL_CONFLICT',
    property: 'namespace',
    text: "namespace 'a' already has the Pod Security level 'restricted', but 'privileged' is needed here; use another namespace",
    refuse: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      ensureNamespace(stack, cluster, 'a', PodSecurityLevel.RESTRICTED);
      ensureNamespace(stack, cluster, 'a', PodSecurityLevel.PRIVILEGED);
    },
  },
  {
    id: 'NAMESPACE_LEVEL_CONFLICT',
    property: 'namespace',
    text:
      "namespace 'a' is created by 'test/Own' with the Pod Security level 'restricted', but pods in it need 'privileged'; label it " +
      'pod-security.kubernetes.io/enforce: privileged, or use another namespace',
    faults: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      const provider = KubernetesAccess.of(stack, cluster).kubernetesProvider;
      new NamespaceV1(stack, 'Own', { provider, metadata: { name: 'a', labels } });
      ensureNamespace(stack, cluster, 'a', PodSecurityLevel.PRIVILEGED);
      return faultsAtSynth(stack);
    },
  },
  {
    id: 'PROVIDERS_EXIST',
    property: 'options',
    text:
      "the stack already has providers for cluster 'test' with other options; give these options to what makes them first: kubernetesAccess " +
      'of a topology, or KubernetesAccess.of before the constructs that use the cluster',
    refuse: () => {
      const stack = testStack();
      KubernetesAccess.of(stack, testCluster(stack), { profile: 'b' });
    },
  },
  {
    id: 'PROVIDERS_EXIST',
    property: 'providers',
    text:
      "the stack already has providers for cluster 'test'; call KubernetesAccess.fromProviders before anything else uses the cluster in " +
      'this stack',
    refuse: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      KubernetesAccess.fromProviders(stack, cluster, { kubernetes: new KubernetesProvider(stack, 'Mine') });
    },
  },
];
