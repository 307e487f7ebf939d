import { DeploymentV1SpecTemplateSpecVolume } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ENVOY_IMAGE } from '../../catalog/envoy-release';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { PodContainer, PodTemplate, podTemplate } from '../../kubernetes/pod-template';
import { canonicalBytes } from '../../kubernetes/quantity';
import { AUTHORITY_FILE, FILES, GATEWAY_PORTS, KEY_FILE, MOUNTS } from './envoy/gateway-plan';
import { CertificateAuthority } from './certificate-authority';
import { InferenceGatewayProps } from './inference-gateway-props';
import { KeyVolume, keyFolder, memoryOf } from './resolve-gateway';

/** Name of the container. */
const CONTAINER = 'envoy';

/** Volumes with the authority of a cloud, and with the certificate of the site. */
const CLOUD = { authority: 'cloud-authority', certificate: 'cloud-certificate' };

/** User of the image: https://www.envoyproxy.io/docs/envoy/latest/start/docker#permissions-running-envoy-as-non-root-user */
const USER = '101';

/**
 * Seconds until nobody sends new connections to a pod that ends: nodes are told at once, and a load balancer notices by its checks. Those of the AWS Load
 * Balancer Controller come every 10 s, and two must fail.
 */
const LEAVE_SECONDS = { cluster: 5, loadBalancer: 30 };

/** Seconds for Envoy to end after it has drained. */
const END_SECONDS = 10;

/** Seconds until Envoy has asked for names and checked servers once. */
const STARTUP_SECONDS = 120;

/**
 * What decides about a pod of a gateway.
 *
 * @internal
 */
export interface GatewayPod {
  readonly props: InferenceGatewayProps;
  readonly labels: { [key: string]: string };
  readonly configMapName: string;
  /** Texts of the config map, by their keys. */
  readonly data: { readonly [key: string]: string };
  readonly keys: readonly KeyVolume[];
  /** Secret with the certificate. @default - requests are not encrypted */
  readonly certificate?: string;
  /** Authority of the issuer of tokens. @default - one that the public knows, or none */
  readonly authority?: CertificateAuthority;
  readonly exitSeconds: number;
}

/**
 * The pods of a gateway: Envoy with files alone, without rights to anything.
 *
 * @internal
 */
export function gatewayPod(pod: GatewayPod): PodTemplate {
  const { props, labels, exitSeconds } = pod;
  return podTemplate({
    labels,
    annotations: checksumAnnotation(pod.data),
    registry: props.imageRegistry ?? ImageRegistry.UPSTREAM,
    securityLevel: PodSecurityLevel.RESTRICTED,
    userId: USER,
    containers: [container(pod)],
    spec: {
      nodeSelector: props.nodeSelector,
      priorityClassName: props.priorityClassName,
      terminationGracePeriodSeconds: exitSeconds + END_SECONDS,
      topologySpreadConstraint: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: [{ matchLabels: labels }],
      })),
      volume: volumes(pod),
    },
  });
}

function container({ props, keys, certificate, authority, exitSeconds }: GatewayPod): PodContainer {
  const probe = (path: string) => ({ httpGet: { path, port: 'metrics' }, periodSeconds: 5, timeoutSeconds: 3 });
  const memory = canonicalBytes(memoryOf(props));
  const cloud = props.edgeRouting?.props.cloud;
  return {
    name: CONTAINER,
    image: props.envoyImage ?? ENVOY_IMAGE,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    command: ['envoy'],
    // Envoy takes no value after an equals sign.
    args: [
      ...['--config-path', `${MOUNTS.config}/${FILES.envoy}`],
      // Limits are kept in the memory of a worker.
      ...['--concurrency', '1'],
      '--disable-hot-restart',
      ...['--log-level', 'warning'],
      // Requests are in the log within a second.
      ...['--file-flush-interval-msec', '1000'],
      ...['--drain-time-s', String(exitSeconds)],
      // Each answer closes its connection at once, so that what is drained ends with what runs.
      ...['--drain-strategy', 'immediate'],
    ],
    env: [{ name: 'ADMIN_PORT', value: String(GATEWAY_PORTS.admin) }],
    port: [
      { name: 'requests', containerPort: GATEWAY_PORTS.requests, protocol: 'TCP' },
      { name: 'metrics', containerPort: GATEWAY_PORTS.metrics, protocol: 'TCP' },
    ],
    resources: { requests: { cpu: '500m', memory }, limits: { cpu: '1500m', memory } },
    startupProbe: { ...probe('/ready'), failureThreshold: Math.ceil(STARTUP_SECONDS / 5) },
    readinessProbe: { ...probe('/ready'), failureThreshold: 2 },
    livenessProbe: { ...probe('/alive'), failureThreshold: 6 },
    lifecycle: {
      preStop: [
        {
          exec: {
            command: ['bash', `${MOUNTS.config}/${FILES.drain}`, String(exitSeconds), String(leaveSeconds(props))],
          },
        },
      ],
    },
    volumeMount: [
      { name: 'config', mountPath: MOUNTS.config, readOnly: true },
      ...keys.map(({ name }) => ({ name, mountPath: keyFolder(name), readOnly: true })),
      ...(certificate === undefined ? [] : [{ name: 'certificate', mountPath: MOUNTS.tls, readOnly: true }]),
      ...(authority === undefined ? [] : [{ name: 'issuer', mountPath: MOUNTS.issuer, readOnly: true }]),
      ...(cloud?.authority ? [{ name: CLOUD.authority, mountPath: MOUNTS.cloudAuthority, readOnly: true }] : []),
      ...(cloud?.clientCertificate
        ? [{ name: CLOUD.certificate, mountPath: MOUNTS.cloudCertificate, readOnly: true }]
        : []),
    ],
  };
}

function volumes(pod: GatewayPod): DeploymentV1SpecTemplateSpecVolume[] {
  const { props, configMapName, keys, certificate, authority } = pod;
  const cloud = props.edgeRouting?.props.cloud;
  return [
    { name: 'config', configMap: { name: configMapName, defaultMode: '0444' } },
    ...keys.map(({ name, secret }) => ({
      name,
      secret: { secretName: secret.name, defaultMode: '0440', items: [{ key: secret.key, path: KEY_FILE }] },
    })),
    ...(certificate === undefined
      ? []
      : [{ name: 'certificate', secret: { secretName: certificate, defaultMode: '0440' } }]),
    ...(authority === undefined ? [] : [authorityVolume('issuer', authority)]),
    ...(cloud?.authority ? [authorityVolume(CLOUD.authority, cloud.authority)] : []),
    ...(cloud?.clientCertificate
      ? [{ name: CLOUD.certificate, secret: { secretName: cloud.clientCertificate, defaultMode: '0440' } }]
      : []),
  ];
}

function authorityVolume(
  name: string,
  { reference, isSecret }: CertificateAuthority,
): DeploymentV1SpecTemplateSpecVolume {
  const items = [{ key: reference.key, path: AUTHORITY_FILE }];
  return isSecret
    ? { name, secret: { secretName: reference.name, defaultMode: '0440', items } }
    : { name, configMap: { name: reference.name, defaultMode: '0444', items } };
}

/** How long others may still send new connections to a pod that ends. */
function leaveSeconds({ exposure }: InferenceGatewayProps): number {
  return exposure?.isPublic ? LEAVE_SECONDS.loadBalancer : LEAVE_SECONDS.cluster;
}
