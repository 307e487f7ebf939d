import { IGpuNodePool } from '../../core/gpu-node-pool';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { GpuOperator, isRenamed } from './gpu-operator';
import { NodeAgentsProps } from './node-agents-props';

/** A value of the chart that would undo what is proved of the pods with GPUs. */
interface Contradiction {
  /** Keys that lead to it in the values. */
  readonly path: readonly string[];
  /** Whether a value that is given contradicts. */
  readonly when: (given: unknown) => boolean;
  /** Why, and what to do; continues `must not be <value>, because`. */
  readonly why: string;
}

/**
 * The faults of values of the operator's chart that contradict what the proof of scheduling takes for given: every node of a pool advertises its
 * GPUs by the names that pods request, whatever its taints. All other values pass.
 *
 * @see https://github.com/NVIDIA/gpu-operator/blob/v26.3.3/deployments/gpu-operator/values.yaml
 *
 * @internal
 */
export function operatorValueFaults(
  props: NodeAgentsProps,
  pools: readonly IGpuNodePool[],
  configs: readonly string[],
): Fault[] {
  const { gpuOperator } = props;
  if (gpuOperator === undefined) return [];
  return contradictions(props, pools, configs).flatMap(({ path, when, why }) => {
    const given = valueAt(gpuOperator, path);
    if (given === undefined || hasToken(given) || !when(given)) return [];
    const name = path.join('.');
    const reason = `values of the GPU operator must not set ${name} to ${givenValue(given)}, because ${why}`;
    return [fault('VALUE_CONTRADICTS_PROOF', `gpuOperator.values.${name}`, reason)];
  });
}

function contradictions(
  props: NodeAgentsProps,
  pools: readonly IGpuNodePool[],
  configs: readonly string[],
): Contradiction[] {
  const { nodeFeatureDiscovery = true, dcgmExporter = false } = props;
  const strategy = pools.some(isRenamed) ? 'mixed' : 'single';
  const isOn = (given: unknown) => given === true;
  const isOff = (given: unknown) => given === false;
  const isOwn = () => true;
  return [
    {
      path: ['devicePlugin', 'enabled'],
      when: isOff,
      why: 'nothing else would advertise the GPUs of the nodes; remove it',
    },
    ...(configs.length > 0
      ? [
          {
            path: ['devicePlugin', 'config'],
            when: isOwn,
            why: `it has the configurations that pools share their GPUs by (${configs.join(', ')}); remove it, and use GpuSharing of the pools`,
          },
        ]
      : []),
    {
      path: ['mig', 'strategy'],
      when: (given) => given !== strategy,
      why: `the pods request GPUs by the names of '${strategy}', as GpuSharing of the pools says; remove it`,
    },
    {
      path: ['daemonsets', 'tolerations'],
      when: isOwn,
      why: 'it would replace the tolerations of the taints of all pools; remove it, and add yours by tolerations of NodeAgents',
    },
    {
      path: ['nfd', 'enabled'],
      when: nodeFeatureDiscovery ? isOff : isOn,
      why: `nodeFeatureDiscovery of NodeAgents is ${nodeFeatureDiscovery}; set it there`,
    },
    ...(dcgmExporter
      ? [
          {
            path: ['dcgmExporter', 'enabled'],
            when: isOn,
            why: 'NodeAgents has an exporter already, and two engines on one GPU disturb each other; remove it, or dcgmExporter',
          },
        ]
      : []),
  ];
}

/** Nothing where a part on the way is missing, or no object. */
function valueAt({ values }: GpuOperator, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as { [key: string]: unknown })[key]
        : undefined,
    values,
  );
}
