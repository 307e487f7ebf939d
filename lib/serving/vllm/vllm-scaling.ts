import { MetricExporter } from '../../catalog/metric-kind';
import { exitSeconds, PodSizing } from '../pod/pod-sizing';
import { plannedAtOnce, statesLoad } from '../scaling/server-load';
import { ServerScaling } from '../scaling/server-scaling';
import { jobName, objectName } from './served-name';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { VllmServer } from './vllm-server';

/**
 * How a scaler sets the number of servers of a model; undefined where none of this program does.
 *
 * @param name name of the deployment
 *
 * @internal
 */
export function vllmScaling(
  props: VllmDeploymentProps,
  name: string,
  server: VllmServer,
  sizing: PodSizing,
): ServerScaling | undefined {
  const { autoscaling, exitTimeout, nodePool, namespace = 'inference' } = props;
  if (autoscaling === undefined) return undefined;
  return new ServerScaling(autoscaling, {
    woken: { job: jobName(name), namespace, services: [objectName(props, server.name)], models: server.names },
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
