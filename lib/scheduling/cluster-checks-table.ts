import { isPcie } from '../catalog/gpu-interconnect';
import { fitOf, isLasting } from './cluster-capacity-faults';
import { LargePods, areBesideSmaller } from './large-pods';
import { PlacedDemand, PodPlacement, PoolLoad } from './placement';
import { readableAmount } from '../kubernetes/quantity';

/**
 * Which pools the pods are placed on, the resulting utilization of the pools, and where large pods may have to wait for small ones.
 *
 * @internal
 */
export function explainPlacement({ pools, demands }: PodPlacement, large: readonly LargePods[]): string {
  const mixed = large.filter(areBesideSmaller);
  return [
    'Pods, and where they go:',
    ...table(['pods', 'workload', 'pools', 'a node holds', 'a pod asks for'], demands.map(demandRow)),
    '',
    'Pools, filled by what goes nowhere else:',
    ...table(
      ['pool', 'nodes', 'fabric', 'resource', 'for pods', 'asked for', ''],
      pools.flatMap((load) => poolRows(load)),
    ),
    ...(mixed.length === 0
      ? []
      : [
          '',
          'Large pods that come last, wherever the scheduler placed the others:',
          ...table(['workload', 'GPUs', 'pools', 'nodes', 'others are on up to', ''], mixed.map(largeRow)),
        ]),
  ].join('\n');
}

function demandRow({ demand, requests, pools }: PlacedDemand): string[] {
  const asks = [...requests].filter(([resource]) => resource !== 'pods');
  const holds = pools.map((load) => fitOf(requests, load).count);
  const tensor = demand.tensorParallelism ?? 1;
  const slow = tensor > 1 && pools.some(({ pool }) => isPcie(pool.hardware.interconnect));
  return [
    demand.onEveryNode ? 'each node' : String(demand.pods),
    demand.name,
    pools.map(({ pool }) => pool.poolName).join(', ') || 'nodes not known here',
    demand.onEveryNode ? '1' : holds.map(String).join(', ') || '-',
    asks.map(([resource, amount]) => `${resource} ${readableAmount(resource, amount)}`).join(', ') +
      (slow ? `; tensor parallelism ${tensor} over PCI Express` : ''),
  ];
}

function largeRow({ demands, size, pools, nodes, takenUp, mayWait }: LargePods): string[] {
  return [
    demands.map(({ demand }) => demand.name).join(', '),
    String(size),
    pools.map(({ pool }) => pool.poolName).join(', '),
    String(nodes),
    String(Math.min(nodes, takenUp)),
    mayWait ? `may wait; ${takenUp + 1} nodes make it safe` : 'a node is left',
  ];
}

function poolRows({ pool, demands, free }: PoolLoad): string[][] {
  const bound = demands.filter((placed) => placed.pools.length === 1 && isLasting(placed));
  return [...free].map(([resource, left], row) => {
    const asked = bound.reduce((sum, { demand, requests }) => sum + demand.pods * (requests.get(resource) ?? 0), 0);
    const all = left * pool.maxNodes;
    return [
      row === 0 ? pool.poolName : '',
      row === 0 ? `${pool.maxNodes} x ${pool.hardware.name}` : '',
      row === 0 ? (pool.fabric?.kind ?? 'none') : '',
      resource,
      readableAmount(resource, all),
      readableAmount(resource, asked),
      all > 0 ? `${Math.round((asked / all) * 100)} %` : '',
    ];
  });
}

function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return ['  none'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [head, ...rows].map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd());
}
