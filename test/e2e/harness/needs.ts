import { tools } from './tools';

type Need =
  | 'terraform'
  | 'emulator'
  | 'controlPlane'
  | 'leaderWorkerSet'
  | 'kueue'
  | 'jobSet'
  | 'envoy'
  | 'aiGateway'
  | 'prometheusAdapter'
  | 'kserve'
  | 'awsCli'
  | 'signingHelper'
  | 'monitoring'
  | 'prometheus3'
  | 'vmagent'
  | 'kubeStateMetrics'
  | 'nodeExporter'
  | 'triton'
  | 'vllm'
  | 'jobs'
  | 'deepSpeed';

/** A suite that needs servers; where one cannot be had, its tests are skipped and the reason stands in its title. */
export function describeWith(needs: readonly Need[], title: string, body: () => void): void {
  const found = tools();
  const absent = needs.filter((need) => found[need] === undefined);
  if (absent.length === 0) return describe(title, body);
  describe.skip(`${title} (${found.missing.join('; ')})`, body);
}
