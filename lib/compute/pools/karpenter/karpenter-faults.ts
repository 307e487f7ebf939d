import { Token } from 'cdktf';
import { Fault, fault } from '../../../units/fault';
import { EfaLayout } from '../options/efa-layout';
import { GpuNodePoolOptions } from '../shared/gpu-node-pool-props';
import { GpuNodePoolSpec } from '../shared/gpu-node-pool-spec';
import { needsOneSubnet } from '../shared/needs-one-subnet';
import { KarpenterGpuNodePoolProps } from './karpenter-gpu-node-pool-props';
import { FIXED_SUFFIX } from './karpenter-objects';
import { allOf } from '../../../units/unreadable';

/**
 * Properties that only managed node groups have, with the reason why Karpenter has no equivalent. An object written for a node group may
 * still have them.
 */
const MANAGED_ONLY = {
  autoscaling: 'Karpenter itself launches and terminates the nodes of its pools',
  gpuSharing: 'Karpenter counts whole GPUs and would launch a node for each share',
  initialNodes: 'Karpenter launches nodes when pods need them',
  nodeRepair:
    "node auto repair is EKS's own for managed node groups; Karpenter has its feature gate NodeRepair instead",
} as const;

/**
 * The faults of what a managed node group can do for a pool and Karpenter cannot.
 *
 * @internal
 */
export function karpenterFaults(spec: GpuNodePoolSpec, props: KarpenterGpuNodePoolProps): Fault[] {
  const { minNodes, maxNodes } = spec;
  const faults: Fault[] = [];
  if (minNodes !== 0 && minNodes !== maxNodes) {
    faults.push(
      fault(
        'KARPENTER_KEEPS_NO_MINIMUM',
        'minNodes',
        `Karpenter keeps no minimum: minNodes must be 0, or maxNodes (${maxNodes}) for a fixed number of nodes; got ${minNodes}`,
      ),
    );
  }
  if (spec.efa && spec.efaLayout.name === EfaLayout.COMBINED.name) {
    faults.push(
      fault(
        'EFA_LAYOUT_NOT_SUPPORTED',
        'efaLayout',
        `Karpenter cannot launch efaLayout '${spec.efaLayout}', whose interfaces are EFA and ENA in one; use EfaLayout.EFA_ONLY`,
      ),
    );
  }
  if (minNodes === maxNodes && spec.poolName.length > 63 - FIXED_SUFFIX.length) {
    faults.push(
      fault(
        'INVALID_NAME',
        'poolName',
        `poolName must have at most ${63 - FIXED_SUFFIX.length} characters where the number of nodes is fixed, because the NodePool's name is ` +
          `'<poolName>${FIXED_SUFFIX}' and a label of its nodes; got ${spec.poolName.length}`,
      ),
    );
  }
  return allOf(
    () => faults,
    () => managedOnlyFaults(props),
    () => unknownLengthFaults(spec),
  );
}

/** The compiler refuses these only in an object literal. */
function managedOnlyFaults(props: KarpenterGpuNodePoolProps & Partial<GpuNodePoolOptions>): Fault[] {
  return Object.entries(MANAGED_ONLY).flatMap(([property, why]) =>
    props[property as keyof typeof MANAGED_ONLY] === undefined
      ? []
      : [
          fault(
            'MANAGED_NODE_GROUPS_ONLY',
            property,
            `${property} is not for pools of Karpenter: ${why}; leave it out, or use GpuNodePool`,
          ),
        ],
  );
}

/** Karpenter's objects name every subnet and every security group. */
function unknownLengthFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, subnetIds } = spec;
  const fix = 'pass the elements one by one, e.g. [Fn.element(list, 0)]';
  return allOf(
    () =>
      !needsOneSubnet(spec) && Token.isUnresolved(subnetIds ?? cluster.subnetIds)
        ? [
            fault(
              'LENGTH_NOT_KNOWN',
              'subnetIds',
              `Karpenter's objects name each subnet, but the length of subnetIds is not known at synthesis; ${fix}, as subnetIds of the pool`,
            ),
          ]
        : [],
    () =>
      Token.isUnresolved(cluster.securityGroupIds)
        ? [
            fault(
              'LENGTH_NOT_KNOWN',
              'cluster.securityGroupIds',
              `Karpenter's objects name each security group, but the length of securityGroupIds of cluster '${cluster.clusterName}' is not known ` +
                `at synthesis; ${fix}`,
            ),
          ]
        : [],
  );
}
