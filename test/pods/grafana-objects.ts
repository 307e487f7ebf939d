import { app, named, selects } from './rows';

const PART_OF = 'app.kubernetes.io/part-of=monitoring';
const MANAGED_BY = 'app.kubernetes.io/managed-by=gpu-inference-constructs';

/**
 * Account, service and files of the Grafana of a monitoring stack.
 *
 * @param stack path of the stack, as in addresses
 * @param dashboards what is watched is shown by
 * @param row makes a row of the table
 */
export function grafanaObjects<T>(
  stack: string,
  dashboards: readonly string[],
  row: (address: RegExp, ...text: string[]) => T,
): T[] {
  const labels = [app('grafana'), PART_OF];
  const of = (kind: string, id: string, name: string, ...facts: string[]) =>
    row(new RegExp(`^kubernetes_${kind} ${stack}_Grafana_${id}$`), ...named(name, 'monitoring', ...labels), ...facts);
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
      `files ${dashboards.map((name) => `gpu-inference-${name}.json`).join(' ')}`,
    ),
  ];
}
