import { knownListFaults } from '../core/text-list';
import { escapeTemplate } from '../core/template-escape';
import { hasToken } from '../core/tokens';
import { urlSecretFaults } from '../core/url-faults';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { objectNameFaults } from './object-name';
import { throwIfFaulty } from '../units/errors';
import { checkArguments } from '../units/argument-faults';

/** Public registries, whose images a mirror keeps under their path. Images without a host are Docker Hub's. */
const PUBLIC_REGISTRIES = [
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'gcr.io',
  'ghcr.io',
  'mcr.microsoft.com',
  'nvcr.io',
  'public.ecr.aws',
  'quay.io',
  'registry.k8s.io',
];

/** A host, with a port if any, and a path. */
const MIRROR =
  /^(localhost|[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*)(:\d+)?(\/[a-z0-9]+([._/-]+[a-z0-9]+)*)?$/;

/** A repository of Helm charts: an HTTP server or a registry. */
const CHARTS = /^(oci|https?):\/\/[^\s"'`\\]+$/i;

/**
 * Where container images are pulled from, and charts, and with which secrets. One value redirects every image of a public registry to a mirror, and every chart to a
 * repository.
 */
export class ImageRegistry {
  /** Every image from the registry that it is published in. */
  public static readonly UPSTREAM = new ImageRegistry();

  /**
   * Every image from the registry that it is published in, pulled with the credentials of secrets: for images of one's own in a private registry, which
   * stay where they are. Every pod of what takes the value names the secrets: servers, jobs, agents, operators and monitoring. Kubernetes uses of them those
   * of the registry of an image, and none where a secret is missing in the namespace of a pod.
   *
   * @param pullSecrets names of secrets of type `kubernetes.io/dockerconfigjson` that exist in the namespaces of the pods
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   * @throws UnscopedValidationError for a list that only Terraform knows or that is empty, and for names that no secret has
   */
  public static withPullSecrets(pullSecrets: string[]): ImageRegistry {
    throwIfFaulty(
      allOf(
        () => pullSecretFaults(pullSecrets),
        () => {
          if (!Array.isArray(pullSecrets) || pullSecrets.length > 0) return [];
          const reason =
            "pullSecrets must not be empty; name at least one, e.g. ['registry-credentials'], or use ImageRegistry.UPSTREAM";
          return [fault('EMPTY_LIST', 'pullSecrets', reason)];
        },
      ),
    );
    return new ImageRegistry(undefined, pullSecrets);
  }

  /**
   * A mirror that keeps the upstream path: `nvcr.io/nvidia/tritonserver` becomes `<host>/nvidia/tritonserver`. So do all images of docker.io, gcr.io,
   * ghcr.io, mcr.microsoft.com, nvcr.io, public.ecr.aws, quay.io and registry.k8s.io; those of other registries, such as a company's own, are pulled from there.
   *
   * @param host host, and path prefix if any, e.g. `registry.example.com/mirror`
   * @param pullSecrets names of secrets of type `kubernetes.io/dockerconfigjson` in the namespace of the pods
   * @param chartRepository URL of the repository that has the Helm charts under their own names (`karpenter`, `karpenter-crd`, `cluster-autoscaler`,
   * `gpu-operator`, `network-operator`, `node-feature-discovery`), e.g. `oci://registry.example.com/charts`. What it asks of the machine that applies
   * is configured at the Helm provider @default - each chart from where it is published
   * @throws UnscopedValidationError for a list of secrets that only Terraform knows, for names that no secret has, for a host with a scheme, a user name or a password, and for a
   * repository that is no URL or holds a secret
   */
  public static mirror(host: string, pullSecrets: string[] = [], chartRepository?: string): ImageRegistry {
    const given = hasToken(host) ? host : host.replace(/\/+$/, '');
    throwIfFaulty(
      allOf(
        () => {
          const secret = urlSecretFaults('host', `oci://${host}`, 'name the pull secret that has it: pullSecrets');
          return secret.length > 0 ? secret : hostFaults(given);
        },
        () => pullSecretFaults(pullSecrets),
        () => chartRepositoryFaults(chartRepository),
      ),
    );
    return new ImageRegistry(given, pullSecrets, chartRepository?.replace(/\/+$/, ''));
  }

  /** Host of the mirror. @default - images come from upstream */
  public readonly host?: string;
  /** Names of the pull secrets that pods need. */
  public readonly pullSecrets: string[];

  /** Repository of the charts. @default - each chart comes from where it is published */
  public readonly chartRepository?: string;

  private constructor(host?: string, pullSecrets: string[] = [], chartRepository?: string) {
    this.host = host;
    this.pullSecrets = [...pullSecrets];
    this.chartRepository = chartRepository;
  }

  /**
   * Where a chart is pulled from, as Terraform reads it.
   *
   * @param upstream where it is published
   *
   * @internal
   */
  public _chartsOf(upstream: string): string {
    return escapeTemplate(this.chartRepository ?? upstream);
  }

  /**
   * The reference by which to pull an image: of the mirror if the image is one of a public registry.
   *
   * @param image reference with its registry host, e.g. `nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3`
   */
  public resolve(image: string): string {
    if (!this.host) return image;
    const [first, ...rest] = image.split('/');
    const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
    if (hasHost && !PUBLIC_REGISTRIES.includes(first)) return image;
    return `${this.host}/${hasHost ? rest.join('/') : image}`;
  }
}

checkArguments('ImageRegistry', ImageRegistry);

function pullSecretFaults(pullSecrets: string[]): Fault[] {
  const unknown = knownListFaults('pullSecrets', pullSecrets, 'pods and charts name each secret');
  if (unknown.length > 0 || !Array.isArray(pullSecrets)) return unknown;
  return pullSecrets.flatMap((name, i) => objectNameFaults(`pullSecrets[${i}]`, name));
}

function chartRepositoryFaults(url: string | undefined): Fault[] {
  const cure = 'give the Helm provider the credentials of its registry, or a mirror that needs none';
  const secret = urlSecretFaults('chartRepository', url, cure);
  if (url === undefined || secret.length > 0 || hasToken(url) || CHARTS.test(url)) return secret;
  const reason = `chartRepository must be a URL that begins with oci:// or https://, e.g. 'oci://registry.example.com/charts'; got ${givenValue(url)}`;
  return [fault('INVALID_FORMAT', 'chartRepository', reason)];
}

function hostFaults(host: string): Fault[] {
  if (hasToken(host) || MIRROR.test(host)) return [];
  const reason = `host must be a host, with a port and a lower-case path if any, without a scheme, e.g. 'registry.example.com/mirror'; got ${givenValue(host)}`;
  return [fault('INVALID_FORMAT', 'host', reason)];
}
