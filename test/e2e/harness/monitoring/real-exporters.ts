import { freePort } from '../ports';
import { Server, Stoppable, isolatedEnvironment } from '../process';
import { Program } from '../tools';

/** An exporter on the loopback interface. */
export interface RealExporter extends Stoppable {
  readonly port: number;
}

/** kube-state-metrics, which tells what an API server knows, by a kubeconfig. */
export async function kubeStateMetrics(
  { program }: Program,
  kubeconfig: string,
  folder: string,
): Promise<RealExporter> {
  const telemetry = await freePort();
  return start('kube-state-metrics', folder, (port) => [
    program,
    `--kubeconfig=${kubeconfig}`,
    '--host=127.0.0.1',
    `--port=${port}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${telemetry}`,
  ]);
}

/** The node exporter, which tells of this machine. */
export async function nodeExporter({ program }: Program, folder: string): Promise<RealExporter> {
  return start('node-exporter', folder, (port) => [program, `--web.listen-address=127.0.0.1:${port}`]);
}

async function start(name: string, folder: string, command: (port: number) => string[]): Promise<RealExporter> {
  const port = await freePort();
  const server = await Server.start({
    name,
    command: command(port),
    folder,
    env: isolatedEnvironment(`${folder}/home`),
    ready: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      await answer.text();
      return answer.ok;
    },
  });
  return { port, stop: () => server.stop() };
}
