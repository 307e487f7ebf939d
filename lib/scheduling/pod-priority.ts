import { TerraformResource } from 'cdktf';
import { singleBlock as one, synthesizedAttributes } from '../kubernetes/object-attributes';

/** What a class of priority is. */
interface PriorityClass {
  /** @default - known only to Terraform */
  readonly value?: number;
  readonly preempts: boolean;
  readonly isDefault: boolean;
}

/**
 * The classes of priority that Kubernetes makes itself.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
 */
const OF_KUBERNETES: readonly [string, PriorityClass][] = [
  ['system-cluster-critical', { value: 2_000_000_000, preempts: true, isDefault: false }],
  ['system-node-critical', { value: 2_000_001_000, preempts: true, isDefault: false }],
];

/**
 * The classes of priority on a cluster, as far as this program knows them.
 *
 * @internal
 */
export class PodPriorities {
  private readonly classes: Map<string, PriorityClass>;

  /** @param resources the resources of the Kubernetes provider on the cluster */
  public constructor(resources: readonly TerraformResource[]) {
    const made = resources.filter(({ terraformResourceType }) => CLASS_TYPE.test(terraformResourceType));
    this.classes = new Map([...OF_KUBERNETES, ...made.map(classOf)]);
  }

  /**
   * Whether pods of a class make room for themselves by ending pods of another. A class that is not known here is assumed to be above pods without
   * one, and neither above nor below any other class that is not known.
   *
   * @param one name of a class; none if undefined
   * @param other name of the class of those that may be ended
   */
  public preempts(one: string | undefined, other: string | undefined): boolean {
    if (one === other) return false;
    const [high, low] = [this.classOf(one), this.classOf(other)];
    if (high?.preempts === false || low?.value === undefined) return false;
    return high?.value === undefined ? low.value <= this.byDefault.value : high.value > low.value;
  }

  private classOf(name: string | undefined): PriorityClass | undefined {
    return name === undefined ? this.byDefault : this.classes.get(name);
  }

  /** That of pods without a class: zero, unless a class is for all of them. */
  private get byDefault() {
    const { value = 0, preempts = true } = [...this.classes.values()].find(({ isDefault }) => isDefault) ?? {};
    return { value, preempts, isDefault: true };
  }
}

const CLASS_TYPE = /^kubernetes_priority_class(_v1)?$/;

function classOf(resource: TerraformResource): [string, PriorityClass] {
  const attributes = synthesizedAttributes(resource);
  const { value, preemption_policy: policy, global_default: isDefault } = attributes;
  const { name = resource.node.id } = one(attributes.metadata);
  return [
    String(name),
    {
      ...(typeof value === 'number' ? { value } : {}),
      preempts: policy !== 'Never',
      isDefault: isDefault === true,
    },
  ];
}
