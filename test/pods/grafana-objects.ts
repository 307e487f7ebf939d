import { app, named, selects } from './rows';

const PART_OF = 'app.kubernetes.io/part-of=monitoring';
const MANAGED_BY = 'app.kubernetes.io/managed-by=gpu-inference-constructs';

/** Account, service and files of the Grafana of a monitoring stack. */
export function grafanaObjects<T>(row: (address: RegExp, ...text: string[]) => T): T[] {
  const labels = [app('grafana'), PART_OF];
  const of = (kind: string, id: string, name: string, ...facts: string[]) =>
    row(new RegExp(`^kubernetes_${kind} Ephemeral_Grafana_${id}$`), ...named(name, 'monitoring', ...labels), ...facts);
  return [
    of('service_account_v1', 'ServiceAccount', 'grafana', 'automount_service_account_token: false'),
    of(
      'service_v1',
      'Service',
      'grafana',
      selects(...labels, MANAGED_BY),
      'port http 3000/TCP to http',
      'spec.type: ClusterIP',
    ),
    of('config_map_v1', 'Config', 'grafana-config', 'files dashboards.yaml datasources.yaml grafana.ini'),
    of(
      'config_map_v1',
      'Dashboards',
      'grafana-dashboards',
      'files gpu-inference-fleet.json gpu-inference-gpus.json gpu-inference-model.json',
    ),
  ];
}
