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
  const found = contradictions(props, pools, configs).flatMap(({ path, when, why }) => {
    const { given, at } = valueAt(gpuOperator, path);
    if (given === undefined || hasToken(given)) return [];
    const name = at.join('.');
    // Helm takes what the chart and we have there out of the values.
    if (given === null) {
      const reason = `values of the GPU operator must not set ${name} to null, which takes ${path.join('.')} out of the values of this library and of the chart; remove it`;
      return [fault('VALUE_CONTRADICTS_PROOF', `gpuOperator.values.${name}`, reason)];
    }
    if (!when(given)) return [];
    const reason = `values of the GPU operator must not set ${name} to ${givenValue(given)}, because ${why}`;
    return [fault('VALUE_CONTRADICTS_PROOF', `gpuOperator.values.${name}`, reason)];
  });
  // A part that is null has several of the values.
  return found.filter(({ property }, i) => found.findIndex((other) => other.property === property) === i);
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
      : [
          {
            path: ['devicePlugin', 'config', 'default'],
            when: (given: unknown) => given !== '',
            why: 'nodes of every pool would share their GPUs by it, which are counted as whole ones; remove it, and use GpuSharing of the pools',
          },
        ]),
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
    ...(nodeFeatureDiscovery
      ? [
          {
            path: ['node-feature-discovery', 'worker', 'tolerations'],
            when: isOwn,
            why: 'it would replace the tolerations of the taints of all pools, whose nodes would not be found to have GPUs; remove it, and add yours by tolerations of NodeAgents',
          },
        ]
      : []),
    { path: ['driver', 'enabled'], when: () => false, why: '' },
    { path: ['toolkit', 'enabled'], when: () => false, why: '' },
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

/** What is given on a path, or the null before it; nothing where a part on the way is missing, or no object. */
function valueAt({ values }: GpuOperator, path: readonly string[]): { given: unknown; at: readonly string[] } {
  let given: unknown = values;
  for (const [i, key] of path.entries()) {
    if (given === null) return { given, at: path.slice(0, i) };
    const isThere = typeof given === 'object' && Object.hasOwn(given as object, key);
    given = isThere ? (given as { [key: string]: unknown })[key] : undefined;
  }
  return { given, at: path };
}
