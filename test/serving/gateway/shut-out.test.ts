import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { GatewayBackend, GatewayServiceProps, KServeInferenceService, VllmDeployment } from '../../../lib/serving';
import { faultsAtSynth, idsOf } from '../../support/faults';
import { Site } from '../support/fixtures';
import { chat, openAiDoor, openDoor } from '../support/gateway-fixtures';

type Backends = (site: Site) => GatewayBackend[];
type More = { namespace?: string; networkPolicy?: boolean };

/** What is found at synthesis about a gateway that lets itself in nowhere else. */
function found(backends: Backends, more: More = {}, open = openDoor): string[] {
  let failed: unknown;
  let site: Site | undefined;
  try {
    open((given) => {
      site = given;
      return { backends: backends(given), ...more };
    });
  } catch (error) {
    failed = error;
  }
  const ids = idsOf(faultsAtSynth(site!.scope)).filter((id) => id.startsWith('GATEWAY_SHUT_OUT'));
  // Only what is found makes the synthesis fail.
  expect(String(failed).includes('keeps the pods of the gateway')).toBe(ids.length > 0);
  return ids;
}
const ai = (backends: Backends, more: More = {}) => found(backends, more, openAiDoor as unknown as typeof openDoor);

const SHUT = ['GATEWAY_SHUT_OUT backends[0]'];

/** A deployment that is named as a Service. */
const named =
  (
    more: Partial<ConstructorParameters<typeof VllmDeployment>[2]> = {},
    by: Partial<GatewayServiceProps> = {},
  ): Backends =>
  (site) => {
    const { serviceName: name, namespace, port, models, podSelector } = chat(site, 'Chat', more).openAiTargets[0];
    return [GatewayBackend.ofService({ name, namespace, port, models, podSelector, ...by })];
  };
const byKServe =
  (accessibleFrom?: string[]): Backends =>
  ({ scope, cluster, store, pool }) => {
    const nodePool = pool(GpuInstanceType.G5_XLARGE, 2, 'kserve');
    const modelPath = 'llama/8b';
    const model = ModelSpec.LLAMA_3_1_8B;
    new KServeInferenceService(scope, 'Big', {
      cluster,
      nodePool,
      modelStore: store,
      modelPath,
      model,
      accessibleFrom,
    });
    const service = { name: 'big-predictor', namespace: 'inference', port: 80, models: ['llama'] };
    return [GatewayBackend.ofService({ ...service, basePath: '/v1' })];
  };
const own: Backends = (site) => [GatewayBackend.of(chat(site))];

describe('servers of this program that are named as Services', () => {
  test('are refused where their network policies keep the gateway out', () => {
    expect(ai(named())).toEqual(SHUT);
    expect(ai(named({}, { podSelector: undefined }))).toEqual(SHUT);
    expect(found(named({ accessibleFrom: [] }))).toEqual(SHUT);
    expect(found(named(), { namespace: 'edge' })).toEqual(SHUT);
    expect(ai(byKServe())).toEqual(SHUT);
  });

  test('are taken where these let it in, or there are none', () => {
    expect(found(named())).toEqual([]);
    expect(found(byKServe())).toEqual([]);
    expect(ai(byKServe(['envoy-gateway-system']))).toEqual([]);
    expect(ai(named({ accessibleFrom: ['10.0.0.0/8'] }))).toEqual([]);
    expect(ai(named({ networkPolicy: false }))).toEqual([]);
    expect(ai(() => [GatewayBackend.ofService({ name: 'x', namespace: 'x', port: 80, models: ['x'] })])).toEqual([]);
  });
});

test('a gateway without network policies lets itself in nowhere', () => {
  expect(ai(own)).toEqual([]);
  expect(ai(own, { networkPolicy: false })).toEqual(SHUT);
  expect(found(own, { networkPolicy: false })).toEqual([]);
});
