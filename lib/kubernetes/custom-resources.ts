import { Fault, fault } from '../units/fault';
import { Release } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable, Lazy, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { customResourcesChart, customResourcesValues } from './custom-resources-chart';
import { throwIfRefused, throwIfOfOtherKinds } from '../core/errors';
import { HELM_BOUNDS } from './helm-bounds';
import { helmMeta } from './kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
import { hasToken } from '../core/tokens';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

/**
 * Properties of `CustomResources`.
 */
export interface CustomResourcesProps {
  /** The cluster they go onto. */
  readonly cluster: IKubernetesCluster;
  /** Name of the Helm release, unique in its namespace; an RFC 1123 label of at most 53 characters (Helm's own limit). */
  readonly releaseName: string;
  /** Namespace of the release, and of every resource that names none. It must exist. */
  readonly namespace: string;
  /**
   * The resources as the API server takes them: plain objects with `apiVersion`, `kind` and `metadata.name`. References to other
   * resources of the stack are allowed as values (within a longer text: as long as they hold no quote and no line break), not as
   * keys or in those three. Text is passed on verbatim: neither Terraform nor Helm treats any of it as a template.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly resources: { [key: string]: any }[];
  /** What installs the definitions of the resources, usually the Helm release of an operator. @default - they are installed already */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * Resources of kinds that the Kubernetes provider has no type for: Prometheus rules, inference services and the like.
 *
 * They are applied by a Helm release of a small chart that comes with this library, not by `kubernetes_manifest`, which can only be planned
 * when the cluster and the definition of the kind already exist. Throws a `ValidationError` when a resource lacks `apiVersion`, `kind` or
 * `metadata.name`, when two are the same, and when Helm would refuse the release's name.
 *
 * @see https://github.com/hashicorp/terraform-provider-kubernetes/issues/1367
 */
export class CustomResources extends Construct {
  /** The Helm release, for dependents of the resources. */
  public readonly ready: ITerraformDependable[];
  /** @internal */
  public readonly _release: Release;

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: CustomResourcesProps) {
    throwIfOfOtherKinds(scope, 'CustomResourcesProps', props, id, (given) => new CustomResources(scope, id, given));
    super(scope, id);
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('releaseName', props.releaseName, 53),
        () => kubernetesNameFault('namespace', props.namespace),
        () => resourceFaults(props),
      ),
    );
    this._release = new Release(this, 'Resource', {
      ...helmMeta(this, props.cluster, props.dependsOn),
      name: props.releaseName,
      namespace: props.namespace,
      chart: customResourcesChart(TerraformStack.of(this)),
      values: [customResourcesValues(props.resources)],
      ...HELM_BOUNDS,
    });
    this.ready = [this._release];
  }

  /**
   * Takes the resources when the stack is synthesized, for those that are not known before; the ones that were given are forgotten.
   *
   * @internal
   */
  public _resourcesBy(resources: () => readonly object[]): void {
    this._release.values = [Lazy.stringValue({ produce: () => customResourcesValues(resources()) })];
  }
}

nameClass('CustomResources', CustomResources);

function resourceFaults(props: CustomResourcesProps): Fault[] {
  if (props.resources.length === 0) {
    const reason = 'resources must have at least one resource; got none; leave the construct out instead';
    return [fault('EMPTY_LIST', 'resources', reason)];
  }
  const seen = new Set<string>();
  return props.resources.flatMap((resource, index) => {
    const { apiVersion, kind, metadata } = resource;
    const at = `resources[${index}]`;
    const name = `${at}${isText(kind) ? ` (${kind})` : ''}`;
    const needed = { apiVersion, kind, 'metadata.name': metadata?.name };
    const missing = Object.entries(needed).filter(([, value]) => !isText(value));
    if (missing.length > 0) {
      return missing.map(([key]) =>
        fault('MISSING_PROPERTY', `${at}.${key}`, `${name} must have a literal ${key}, which identifies the resource`),
      );
    }
    if (hasTokenKey(resource)) {
      const reason = `${name} must have literal keys only; got a token as a key; references are allowed as values`;
      return [fault('VALUE_NOT_CONCRETE', at, reason)];
    }
    const key = [apiVersion, kind, metadata.namespace ?? props.namespace, metadata.name].join(' ');
    if (seen.has(key)) {
      const reason = `${name} is listed twice: ${kind} '${metadata.name}' of ${apiVersion}; remove one, or rename it`;
      return [fault('DUPLICATE', at, reason)];
    }
    seen.add(key);
    return apiVersion.startsWith('serving.kserve.io/') ? storageUriFaults(resource, at) : [];
  });
}

/** Every way to write it but KServe's own. */
const STORAGE_URI = /^storage[-_]?ur[il]s?$/i;

/**
 * A field of KServe that says where the weights are, misspelt: the API server drops it without a word, and a server without models starts and is ready.
 *
 * @see https://github.com/kserve/kserve (pkg/apis/serving/v1beta1/inference_service_defaults.go of v0.20.0, SetTritonDefaults)
 */
function storageUriFaults(value: unknown, at: string): Fault[] {
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`;
    if (!STORAGE_URI.test(key) || key === 'storageUri' || key === 'storageUris') return storageUriFaults(member, path);
    const reason =
      `${path} is no field of KServe, and the API server drops it without a word, so that the server would start without a model and be ready; write ` +
      `storageUri${/s$/i.test(key) ? 's' : ''}, or make a KServeInferenceService, which always says it`;
    return [fault('STORAGE_URI_MISSPELT', path, reason)];
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !hasToken(value);
}

function hasTokenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return false;
  if (Array.isArray(value)) return value.some(hasTokenKey);
  return hasToken(Object.keys(value)) || Object.values(value).some(hasTokenKey);
}
