import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { CustomResources, ImageRegistry } from '../../../lib/kubernetes';
import { KServe, KServeInferenceService } from '../../../lib/serving';
import { faultsThrown } from '../../support/faults';
import { Block } from '../../support/synth';
import { withSite } from '../support/fixtures';

type Order = 'before' | 'after' | 'none' | 'twice';

const build = (order: Order, imageRegistry?: ImageRegistry) =>
  withSite(({ scope, cluster, store: modelStore, pool }) => {
    const install = (id: string) => new KServe(scope, id, { cluster, imageRegistry });
    if (order === 'before' || order === 'twice') install('KServe');
    if (order === 'twice') install('Again');
    new KServeInferenceService(scope, 'Chat', {
      ...{ cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE) },
      ...{ modelPath: 'llama/8b', model: ModelSpec.LLAMA_3_1_8B },
    });
    if (order === 'after') install('KServe');
  });
const valuesOf = (release: Block) => (JSON.parse((release.values as string[])[0]) as Block).kserve as Block;

describe('KServe', () => {
  test('is installed after its definitions and before the services, without Knative, Istio and Ingresses', () => {
    const json = build('before');
    const releases = json.resources('helm_release');
    const release = (name: string) => releases.find((each) => each.name === name) as Block;
    for (const [name, chart] of [
      ['kserve-crd', 'kserve-crd'],
      ['kserve', 'kserve-resources'],
    ]) {
      expect(release(name)).toMatchObject({ chart, repository: 'oci://ghcr.io/kserve/charts', version: 'v0.20.0' });
    }
    const waits = (name: string) => (release(name).depends_on as string[]).join();
    expect(waits('kserve')).toContain('Definitions');
    expect(waits('chat-kserve')).toMatch(/helm_release\.\w*KServe_\w*/);
    expect(valuesOf(release('kserve')).controller).toMatchObject({
      deploymentMode: 'Standard',
      gateway: { disableIngressCreation: true, disableIstioVirtualHost: true },
    });
    expect(valuesOf(release('kserve')).storage.resources.limits.memory).toBe('4Gi');
  });

  test('comes from the mirror, with its secret', () => {
    const json = build('before', ImageRegistry.mirror('mirror.example.com', ['pull']));
    const release = json.resources('helm_release').find((each) => each.name === 'kserve') as Block;
    const { controller, storage, agent, router } = valuesOf(release);
    for (const image of [controller.image, controller.rbacProxyImage, storage.image, agent.image, router.image]) {
      expect(image).toMatch(/^mirror\.example\.com\//);
    }
    expect(controller.imagePullSecrets).toEqual([{ name: 'pull' }]);
  });

  test('of a cluster is one', () => {
    expect(faultsThrown(() => build('twice')).map(({ id }) => id)).toEqual(['KSERVE_EXISTS']);
  });

  test('comes before the services', () => {
    expect(faultsThrown(() => build('after')).map(({ id }) => id)).toEqual(['KSERVE_AFTER_SERVICES']);
  });

  test('of an existing cluster is assumed to be there', () => {
    expect(build('none').annotations().join()).not.toContain('NO_KSERVE');
  });

  test.each([
    ['0.19.1', 'CHART_TOO_OLD'],
    ['v0.20.0', 'INVALID_FORMAT'],
  ])('has no chart %s', (chartVersion, id) => {
    const faults = faultsThrown(() =>
      withSite(({ scope, cluster }) => new KServe(scope, 'KServe', { cluster, chartVersion })),
    );
    expect(faults).toMatchObject([{ id, property: 'chartVersion' }]);
  });
});

describe('a raw resource of KServe', () => {
  const raw =
    (model: object, apiVersion = 'serving.kserve.io/v1beta1') =>
    () =>
      withSite(({ scope, cluster }) => {
        new CustomResources(scope, 'Raw', {
          ...{ cluster, releaseName: 'raw', namespace: 'default' },
          resources: [
            { apiVersion, kind: 'InferenceService', metadata: { name: 'raw' }, spec: { predictor: { model } } },
          ],
        });
      });

  test.each(['storageURI', 'storageUrl', 'storage_uri', 'StorageUri', 'storageURIs'])('is refused with %s', (field) => {
    const at = `resources[0].spec.predictor.model.${field}`;
    expect(faultsThrown(raw({ [field]: 's3://models/a/1' }))).toMatchObject([
      { id: 'STORAGE_URI_MISSPELT', property: at },
    ]);
  });

  test('is taken with storageUri, and any other kind with what it likes', () => {
    expect(raw({ storageUri: 's3://models/a/1', storageUris: [] })).not.toThrow();
    expect(raw({ storageURI: 's3://models/a/1' }, 'example.com/v1')).not.toThrow();
  });
});
