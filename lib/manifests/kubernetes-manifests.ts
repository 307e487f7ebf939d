import { Fault, fault, faultsUnder } from '../units/fault';
import { TerraformStack } from 'cdktf';
import { isCustomResourcesChart } from '../kubernetes/custom-resources-chart';
import { isGeneratedSecretChart } from '../kubernetes/generated-secret';
import { throwIfInvalid } from '../core/errors';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { synthesizedJson } from '../core/synthesized-json';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { renderResource } from './render-resource';
import { byKindAndName, byName, customResources, resolverOf, selectedEntries } from './stack-entries';
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
    const entries = selectedEntries(stack, json, options.cluster, faults);
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
