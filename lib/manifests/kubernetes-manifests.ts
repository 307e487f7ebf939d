import { Fault, fault, faultsUnder } from '../units/fault';
import { TerraformStack } from 'cdktf';
import { isCustomResourcesChart } from '../kubernetes/custom-resources-chart';
import { isGeneratedSecretChart } from '../kubernetes/generated-secret';
import { throwIfInvalid } from '../core/errors';
import { KubernetesAccess } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { synthesizedJson, TerraformJson } from '../core/synthesized-json';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { isClusterScoped } from './cluster-scoped-kinds';
import { KINDS } from './kinds';
import { ReferenceResolver } from './reference-resolver';
import { renderResource } from './render-resource';
import { toYaml } from './yaml-writer';
import { checkArguments } from '../units/argument-faults';

/**
 * Options of `KubernetesManifests.of`.
 */
export interface KubernetesManifestsOptions {
  /**
   * Values that only Terraform knows, by the text of the expression without `${}`, e.g. `{ 'aws_iam_role.pod.arn': 'arn:...' }`.
   * A fault names the expression when one is missing.
   * @default - literals of the stack itself, and of the stacks its cross-stack references lead to
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly values?: { [expression: string]: any };
  /** The cluster whose objects are rendered; needed when the stack has objects for several. @default - all objects */
  readonly cluster?: IKubernetesCluster;
  /**
   * Leave out the Helm releases of charts other than this library's own, which cannot be rendered without Helm.
   * @default false - such a release is a fault
   */
  readonly skipHelmReleases?: boolean;
}

/**
 * The Kubernetes objects of a stack as plain data, for sites fed by GitOps and for policy tools.
 *
 * Each object is the one that the Terraform provider (hashicorp/kubernetes 2.38.0) sends to the API server, the provider's
 * defaults included, so that both ways produce the same cluster. Resources of other providers are ignored.
 */
export class KubernetesManifests {
  /**
   * Synthesizes a stack (nothing is written) and renders its Kubernetes resources, and the resources of `CustomResources`.
   *
   * Call it when the stack is complete. Throws a `ValidationError` that names the resource and the attribute when an attribute
   * is not one the provider is known to have, when a reference has no value, and when there is a Helm release of another chart.
   *
   * @param stack the stack
   * @param options values, the cluster and what to leave out @default - all objects, with the values in the app
   */
  public static of(stack: TerraformStack, options: KubernetesManifestsOptions = {}): KubernetesManifests {
    const json = synthesizedJson(stack);
    const resolver = resolverOf(stack, json, options.values ?? {});
    const faults: Fault[] = [];
    const entries = selectedEntries(stack, json, options, faults);
    const objects: ApiObject[] = [];
    const custom: ApiObject[] = [];
    for (const { type, id, block } of entries) {
      const own: Fault[] = [];
      const resolved = resolver.resolve(block, '', own) as ApiObject;
      if (type !== 'helm_release') {
        if (own.length === 0) objects.push(renderResource(type, resolved, own));
      } else if (isCustomResourcesChart(block.chart)) {
        if (own.length === 0) custom.push(...customResources(resolved));
      } else if (!options.skipHelmReleases) {
        own.splice(
          0,
          own.length,
          fault(
            'HELM_RELEASE_NOT_RENDERED',
            undefined,
            isGeneratedSecretChart(block.chart)
              ? `only Helm makes the secret '${block.name}' in the cluster; name a secret of your own (apiKey), or pass skipHelmReleases: true and make it`
              : `only Helm can render the release of chart '${block.chart}'; pass skipHelmReleases: true to leave it out`,
          ),
        );
      } else {
        own.length = 0;
      }
      faults.push(...faultsUnder(own, `${type}.${id}`, `${type}.${id}`));
    }
    throwIfInvalid(stack, faults);
    return new KubernetesManifests([...objects.sort(byKindAndName), ...custom.sort(byName)]);
  }

  /** The objects in an order in which they can be applied: namespaces first, custom resources last. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public readonly objects: { [field: string]: any }[];

  private constructor(objects: ApiObject[]) {
    this.objects = objects;
  }

  /** The objects as one YAML stream, one document each. */
  public toYaml(): string {
    return this.objects.map((object) => `---\n${toYaml(object)}`).join('');
  }
}

checkArguments('KubernetesManifests', KubernetesManifests);

interface Entry {
  readonly type: string;
  readonly id: string;
  readonly block: TerraformJson;
}

function selectedEntries(
  stack: TerraformStack,
  json: TerraformJson,
  options: KubernetesManifestsOptions,
  faults: Fault[],
): Entry[] {
  const access = options.cluster && KubernetesAccess.find(stack, options.cluster);
  if (options.cluster && !access) {
    faults.push(
      fault(
        'CLUSTER_NOT_IN_STACK',
        'cluster',
        `this stack has no providers for cluster '${options.cluster.clusterName}', and so no objects for it; pass the workload stack`,
      ),
    );
    return [];
  }
  const alias = access?.kubernetesProvider.alias;
  const all = Object.entries((json.resource ?? {}) as { [type: string]: { [id: string]: TerraformJson } })
    .filter(([type]) => type.startsWith('kubernetes_') || type === 'helm_release')
    .flatMap(([type, blocks]) => Object.entries(blocks).map(([id, block]) => ({ type, id, block })))
    .filter(({ block }) => !access || aliasOf(block) === alias);
  const aliases = new Set(all.map(({ block }) => aliasOf(block)));
  if (aliases.size > 1) {
    const names = [...aliases].map((name) => name ?? 'the default provider').sort();
    faults.push(
      fault(
        'CLUSTER_AMBIGUOUS',
        'cluster',
        `this stack has objects for several clusters (${names.join(', ')}); pass cluster to choose one`,
      ),
    );
  }
  return all.filter(({ type, id }) => {
    if (type === 'helm_release' || Object.hasOwn(KINDS, type)) return true;
    faults.push(
      fault(
        'RESOURCE_TYPE_NOT_RENDERED',
        `${type}.${id}`,
        `${type}.${id}: resources of this type cannot be rendered; these can: ${Object.keys(KINDS).join(', ')}`,
      ),
    );
    return false;
  });
}

function aliasOf(block: TerraformJson): string | undefined {
  return (block.provider as string | undefined)?.split('.')[1];
}

function resolverOf(
  stack: TerraformStack,
  json: TerraformJson,
  values: { [expression: string]: unknown },
): ReferenceResolver {
  const resolvers = new Map<string, ReferenceResolver>();
  const remote = (dataSource: string): ReferenceResolver | undefined => {
    // The name that cdktf gives to the data source of a cross-stack reference.
    const producer = stack.node.root.node
      .findAll()
      .filter(TerraformStack.isStack)
      .find((candidate) => dataSource === `cross-stack-reference-input-${candidate.node.id}`);
    if (!producer) return undefined;
    const id = producer.node.path;
    const known = resolvers.get(id) ?? new ReferenceResolver(synthesizedJson(producer), values, remote);
    resolvers.set(id, known);
    return known;
  };
  return new ReferenceResolver(json, values, remote);
}

/** Helm puts namespaced resources without a namespace into that of the release. */
function customResources(release: ApiObject): ApiObject[] {
  const { resources } = JSON.parse(release.values[0] as string) as { resources: ApiObject[] };
  return resources.map((resource) => {
    const { apiVersion, kind, metadata } = resource as { apiVersion: string; kind: string; metadata: object };
    if (isClusterScoped(apiVersion, kind)) return resource;
    return { ...resource, metadata: { namespace: release.namespace as string, ...metadata } };
  });
}

const ORDER = Object.values(KINDS).map(({ kind }) => kind);

function byKindAndName(a: ApiObject, b: ApiObject): number {
  return ORDER.indexOf(a.kind as string) - ORDER.indexOf(b.kind as string) || byName(a, b);
}

function byName(a: ApiObject, b: ApiObject): number {
  const [first, second] = [a, b].map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`);
  return first < second ? -1 : 1;
}
