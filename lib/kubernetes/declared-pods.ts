import { TerraformResource } from 'cdktf';
import { Attributes } from '../core/resolved-value';

/** Key on a resource, shared by all loaded copies of the package. */
const PODS = Symbol.for('gpu-inference-constructs/declared-pods');

/**
 * Pods that something makes from a resource of no kind that the proof of scheduling reads, e.g. a controller from a custom resource.
 *
 * @internal
 */
export interface DeclaredPods {
  readonly namespace: string;
  /** Name of the object that they are made from. */
  readonly name: string;
  /** Their template as Terraform JSON has it. */
  readonly template: Attributes;
  /** How many there are at most. */
  readonly pods: number;
  /** What else is made of it, under names that nothing else in the namespace may have. @default - nothing */
  readonly makes?: MadeObjects;
}

/**
 * Objects that a controller makes.
 *
 * @internal
 */
export interface MadeObjects {
  /** The controller, for messages. */
  readonly by: string;
  /** Their names by their kinds, which are written as in types of Terraform's provider, e.g. `deployment`. */
  readonly objects: { readonly [kind: string]: string };
}

interface Declaring {
  [PODS]?: DeclaredPods;
}

/**
 * Tells the proof of scheduling which pods come of a resource.
 *
 * @internal
 */
export function declarePods(resource: TerraformResource, pods: DeclaredPods): void {
  Object.defineProperty(resource, PODS, { value: pods, configurable: true });
}

/** @internal */
export function declaredPodsOf(resource: TerraformResource): DeclaredPods | undefined {
  return (resource as Declaring)[PODS];
}
