import { displayValue } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { IEksCluster } from '../../cluster/eks-cluster';
import { Ec2GpuNodePoolOptions, GpuNodePoolOptions } from './gpu-node-pool-props';

/** A property whose value is an object of this library, and what tells such an object. */
interface Kind {
  /** A member that every such object has, with the type of its value. */
  readonly member: string;
  readonly type: 'string' | 'number' | 'boolean' | 'object';
  readonly example: string;
  readonly required?: boolean;
}

/** What a program in JavaScript, or one with `any`, may give as text, as a number or not at all. */
const KINDS: { readonly [property: string]: Kind } = {
  cluster: { member: 'clusterName', type: 'string', example: 'an EksGpuCluster', required: true },
  instanceType: {
    member: 'networkCards',
    type: 'object',
    example: "a constant of GpuInstanceType that exists, or GpuInstanceType.of('p5.48xlarge')",
    required: true,
  },
  capacity: { member: 'kind', type: 'string', example: 'Capacity.onDemand()' },
  fabric: { member: 'kind', type: 'string', example: 'RdmaFabric.efa()' },
  efaLayout: { member: 'name', type: 'string', example: 'EfaLayout.EFA_ONLY' },
  placement: { member: 'kind', type: 'string', example: 'Placement.clusterGroup()' },
  diskSize: { member: 'gib', type: 'number', example: 'DataSize.gib(200)' },
  image: { member: 'family', type: 'string', example: 'NodeImage.AL2023_NVIDIA' },
  autoscaling: { member: 'kind', type: 'string', example: 'Autoscaling.clusterAutoscaler()' },
  gpuSharing: { member: 'resourceName', type: 'string', example: 'GpuSharing.timeSlicing(4)' },
  nodeRepair: { member: 'isEnabled', type: 'boolean', example: 'NodeRepair.auto()' },
};

/**
 * The faults of values that the compiler would have refused.
 *
 * @internal
 */
export function givenFaults(
  props: Partial<Ec2GpuNodePoolOptions & GpuNodePoolOptions> & { readonly cluster?: IEksCluster },
): Fault[] {
  return Object.entries(KINDS).flatMap(([property, { member, type, example, required }]) => {
    const value: unknown = props[property as keyof typeof props];
    if (value === undefined || value === null) {
      return required
        ? [fault('MISSING_PROPERTY', property, `${property} must be ${example}; got ${String(value)}`)]
        : [];
    }
    const has = (value as { readonly [name: string]: unknown })[member];
    return typeof has === type
      ? []
      : [fault('INVALID_FORMAT', property, `${property} must be like ${example}; got ${shown(value)}`)];
  });
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? `'${displayValue(value)}'`
    : typeof value === 'object'
      ? 'an object of another kind'
      : displayValue(value);
}
