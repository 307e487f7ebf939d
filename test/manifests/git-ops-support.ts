import { Release } from '@cdktf/provider-helm/lib/release';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { TerraformStack } from 'cdktf';
import { parse } from 'yaml';
import { CustomResources } from '../../lib/kubernetes/custom-resources';
import { KubernetesAccess, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { ApiObject } from '../../lib/kubernetes/rendering/attribute-rules';
import { GitOpsTree } from '../../lib/manifests';
import { testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

export const REPOSITORY = 'https://git.example.com/fleet.git';

/** What a test builds a stack with. */
export interface Parts {
  readonly stack: TerraformStack;
  readonly cluster: TestCluster;
  /** Meta-arguments of objects: their provider, and the namespace they wait for. */
  readonly meta: ReturnType<typeof kubernetesMeta>;
}

/** A stack with a namespace, which a test fills. */
export function siteStack(fill: (parts: Parts) => void = () => undefined): TerraformStack {
  const stack = testStack();
  const cluster = testCluster(stack);
  const ready = ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
  fill({ stack, cluster, meta: kubernetesMeta(stack, cluster, ready) });
  return stack;
}

/** A map of configuration in the namespace of the stack. */
export function configMap({ stack, meta }: Parts, name: string, data: { [key: string]: string } = { a: 'b' }) {
  return new ConfigMapV1(stack, `Map-${name}`, { ...meta, metadata: { name, namespace: 'inference' }, data });
}

/** A release of a published chart. */
export function release({ stack, cluster, meta }: Parts, id: string, more: object = {}): Release {
  return new Release(stack, id, {
    provider: KubernetesAccess.of(stack, cluster).ensureHelmProvider(),
    dependsOn: meta.dependsOn,
    name: 'operator',
    namespace: 'inference',
    chart: 'operator',
    repository: 'https://charts.example.com/stable/',
    version: '1.2.3',
    wait: false,
    timeout: 300,
    maxHistory: 5,
    ...more,
  });
}

/** A rule for alerts, which needs the definitions of an operator. */
export function rule({ stack, cluster }: Parts, operator?: Release): CustomResources {
  return new CustomResources(stack, 'Rules', {
    cluster,
    releaseName: 'rules',
    namespace: 'inference',
    resources: [
      { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'gpu' }, spec: { a: 1 } },
    ],
    dependsOn: operator ? [operator] : undefined,
  });
}

/** The object of a file. */
export function objectIn(tree: GitOpsTree, file: string): ApiObject {
  expect(Object.keys(tree.files)).toContain(file);
  return parse(tree.files[file]) as ApiObject;
}

/** What kustomize applies in a folder, in its order. */
export function resourcesIn(tree: GitOpsTree, folder: string): string[] {
  return objectIn(tree, `${folder}/kustomization.yaml`).resources as string[];
}
