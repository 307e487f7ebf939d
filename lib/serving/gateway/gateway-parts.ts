import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { helmReleaseName, kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplates } from '../../core/template-escape';
import { CustomResources } from '../../kubernetes/custom-resources';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { peers } from '../../kubernetes/network-access';
import { GatewayCertificate } from './gateway-tls';
import { headlessName } from './resolve-gateway';
import { Upstream } from './upstreams';

/** A gateway whose parts are made. @internal */
export interface GatewayOwner {
  readonly scope: Construct;
  readonly cluster: IKubernetesCluster;
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

function metadataOf({ labels, ...owner }: GatewayOwner, name = owner.name, namespace = owner.namespace) {
  return { name, namespace, labels: { ...labels, ...MANAGED_BY } };
}

/**
 * Id of what a gateway makes for an upstream. Names may have hyphens but no dots, so that `b` in `team-a` is another than `a-b` in `team`; only where
 * both are behind one gateway does the later one have the dot.
 */
function idOf(scope: Construct, part: string, { namespace, serviceName }: Upstream): string {
  const id = `${part}-${namespace}-${serviceName}`;
  return scope.node.tryFindChild(id) === undefined ? id : `${part}-${namespace}.${serviceName}`;
}

/** Asks cert-manager for a certificate. @internal */
export function requestCertificate(
  owner: GatewayOwner,
  certificate: GatewayCertificate,
  secretName: string | undefined,
  waitFor: ITerraformDependable[],
): void {
  const { dnsNames, issuer, clusterIssuer = true } = certificate;
  new CustomResources(owner.scope, 'Certificate', {
    cluster: owner.cluster,
    releaseName: helmReleaseName(`${owner.name}-certificate`),
    namespace: owner.namespace,
    dependsOn: waitFor,
    resources: [
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: metadataOf(owner),
        spec: {
          secretName,
          dnsNames: [...dnsNames],
          privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
          issuerRef: { group: 'cert-manager.io', kind: clusterIssuer ? 'ClusterIssuer' : 'Issuer', name: issuer },
        },
      },
    ],
  });
}

/** The addresses of a model's pods that are ready, by name. @internal */
export function makePodService(owner: GatewayOwner, upstream: Upstream): void {
  const { namespace, podSelector, port } = upstream;
  if (podSelector === undefined) return;
  const { scope, cluster } = owner;
  const waitFor = ensureNamespace(scope, cluster, namespace, PodSecurityLevel.RESTRICTED);
  new ServiceV1(scope, idOf(scope, 'Pods', upstream), {
    ...kubernetesMeta(scope, cluster, waitFor),
    metadata: metadataOf(owner, headlessName(owner.name, upstream), namespace),
    waitForLoadBalancer: false,
    spec: {
      type: 'ClusterIP',
      clusterIp: 'None',
      selector: escapeTemplates({ ...podSelector }),
      port: [{ name: 'http', port, targetPort: String(port), protocol: 'TCP' }],
    },
  });
}

/**
 * Lets the pods of a gateway in to those of a model that others are kept from.
 *
 * @param from namespace and labels of the pods of the gateway
 *
 * @internal
 */
export function letIn(
  owner: GatewayOwner,
  upstream: Upstream,
  from: { readonly namespace: string; readonly labels: { readonly [key: string]: string } },
): void {
  const { scope, cluster, name } = owner;
  const { namespace, serviceName, podSelector, port } = upstream;
  const [{ namespaceSelector }] = peers([from.namespace]) as [{ namespaceSelector: object }];
  new NetworkPolicyV1(scope, idOf(scope, 'Access', upstream), {
    ...kubernetesMeta(scope, cluster, ensureNamespace(scope, cluster, namespace, PodSecurityLevel.RESTRICTED)),
    metadata: metadataOf(owner, kubernetesName(`${name}-to-${serviceName}`), namespace),
    spec: escapeTemplates({
      podSelector: { matchLabels: podSelector },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ namespaceSelector, podSelector: { matchLabels: from.labels } }],
          ports: [{ port: String(port), protocol: 'TCP' }],
        },
      ],
    }),
  });
}
