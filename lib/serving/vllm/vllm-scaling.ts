import { MetricExporter } from '../../catalog/metric-kind';
import { exitSeconds, PodSizing } from '../pod/pod-sizing';
import { plannedAtOnce, statesLoad } from '../scaling/server-load';
import { ServerScaling } from '../scaling/server-scaling';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { VllmServer } from './vllm-server';

/**
 * How a scaler sets the number of servers of a model; undefined where none of this program does.
 *
 * @internal
 */
export function vllmScaling(
  { autoscaling, exitTimeout, nodePool }: VllmDeploymentProps,
  server: VllmServer,
  sizing: PodSizing,
): ServerScaling | undefined {
  if (autoscaling === undefined) return undefined;
  return new ServerScaling(autoscaling, {
    loads: [
      {
        model: server.names[0],
        exporter: MetricExporter.VLLM,
        atOnce: plannedAtOnce(server.plan, statesLoad(server.served)),
        most: server.mostRequests,
      },
    ],
    startupSeconds: sizing.startupSeconds,
    coldStartSeconds: sizing.progressDeadline,
    exitSeconds: exitTimeout?.toSeconds() ?? exitSeconds([server]),
    serversPerNode: sizing.podsPerNode / server.nodes.nodes,
    minNodes: nodePool.minNodes,
  });
}
