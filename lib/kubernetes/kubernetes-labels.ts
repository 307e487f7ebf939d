import { Aspects, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { throwIfInvalid, throwOfCall } from '../core/errors';
import { resolvedValue } from '../core/resolved-value';
import { escapeTemplates } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { checkArguments } from '../units/argument-faults';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { annotationSyntaxFaults, labelSyntaxFaults } from './label-syntax';
import { singleBlock, synthesizedAttributes } from './object-attributes';

/**
 * Labels and annotations of Kubernetes objects.
 */
export interface KubernetesLabelsOptions {
  /** Labels of the objects and of the pods that they make, e.g. `{ 'company.example/team': 'search' }`. @default - none */
  readonly labels?: { [key: string]: string };
  /** Annotations of the same. @default - none */
  readonly annotations?: { [key: string]: string };
}

/** Keys that the library sets, and that decide what an object is or who finds it. */
const OWN =
  /^(app\.kubernetes\.io\/(name|instance|managed-by|component|part-of)$|pod-security\.kubernetes\.io\/|gpu-inference-constructs\/)/;

/** Resources of the provider that are no objects of their own. */
const NO_OBJECT = /^kubernetes_(manifest|labels|annotations|env|node_taint|config_map_v1_data|secret_v1_data)$/;

/**
 * Labels and annotations that a company wants on everything: namespaces, monitoring, agents, imports and servers alike.
 */
export class KubernetesLabels {
  /**
   * Adds labels and annotations to every Kubernetes object of a scope, made before or after, and to the pods of those that have a pod template.
   * Give the stack of the workloads: namespaces are made in it, whatever construct needs them. What an object has under the same key it keeps;
   * selectors stay as they are. Objects that the charts of others make, such as the pods of the GPU operator, are not reached. To add a label
   * to what runs replaces its pods. Throws a `ValidationError` for keys and values that Kubernetes does not take, and for keys that the library sets
   * itself.
   *
   * @param scope the smallest scope whose objects get them: a construct, a stack, or the app
   * @param options the labels and annotations
   */
  public static add(scope: IConstruct, options: KubernetesLabelsOptions): void {
    throwIfInvalid(scope, optionFaults(options));
    const given = { labels: { ...options.labels }, annotations: { ...options.annotations } };
    Aspects.of(scope).add({ visit: (node) => addTo(node, given) });
  }

  private constructor() {}
}

checkArguments('KubernetesLabels', KubernetesLabels, (faults, _, [scope]) => throwOfCall(faults, scope, []));

type Given = { readonly [kind in 'labels' | 'annotations']: { readonly [key: string]: string } };

function addTo(node: IConstruct, given: Given): void {
  if (!TerraformResource.isTerraformResource(node)) return;
  const { terraformResourceType: type } = node;
  if (!type.startsWith('kubernetes_') || NO_OBJECT.test(type)) return;
  const { metadata, spec } = synthesizedAttributes(node) ?? {};
  if (metadata === undefined) return;
  addAt(node, 'metadata', metadata, given);
  const { template } = singleBlock(spec);
  if (template !== undefined) addAt(node, 'spec.template.metadata', singleBlock(template).metadata, given);
}

/** Adds what is not there yet; what is there may be a value that is made late. */
function addAt(node: TerraformResource, path: string, block: unknown, given: Given): void {
  const metadata = singleBlock(resolvedValue(node, singleBlock(block)));
  for (const [kind, wanted] of Object.entries(given)) {
    // A map that only Terraform knows is left as it is.
    if (typeof metadata[kind] === 'string') continue;
    const known = singleBlock(metadata[kind]);
    const added = Object.entries(wanted).filter(([key]) => !(key in known));
    // An override replaces earlier ones of the same attribute.
    if (added.length > 0)
      node.addOverride(`${path}.${kind}`, { ...known, ...escapeTemplates(Object.fromEntries(added)) });
  }
}

function optionFaults({ labels, annotations }: KubernetesLabelsOptions): Fault[] {
  return allOf(
    () => concreteFault('labels', Object.keys(labels ?? {}), 'objects are told apart by their keys'),
    () => concreteFault('annotations', Object.keys(annotations ?? {}), 'objects are told apart by their keys'),
    () => labelSyntaxFaults('labels', labels),
    () => annotationSyntaxFaults('annotations', annotations),
    () => ownKeyFaults('labels', labels),
    () => ownKeyFaults('annotations', annotations),
  );
}

function ownKeyFaults(property: string, given: { [key: string]: string } = {}): Fault[] {
  return Object.keys(given)
    .filter((key) => OWN.test(key))
    .map((key) =>
      fault(
        'RESERVED',
        `${property}['${key}']`,
        `${property} must not contain '${key}', which the library sets itself; remove it`,
      ),
    );
}
