import { DefaultTokenResolver, StringConcat, TerraformStack, Tokenization } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog';
import { validationFaults } from '../../lib/core/validation';
import { CpuArchitecture } from '../../lib/catalog/cpu-architecture';
import { enterSystemNodes } from '../../lib/core/system-nodes';
import { ModelImport, ModelImportProps, ModelSource } from '../../lib/jobs';
import { TritonDeployment, VllmDeployment } from '../../lib/serving';
import { DataSize, Duration } from '../../lib/units';
import { Construct } from 'constructs';
import { IModelStore } from '../../lib/core';
import { ModelStore } from '../../lib/storage';
import { Site, llama8b, withSite } from '../serving/support/fixtures';
import { readingCluster } from '../storage/reading-cluster';
import { CHAT } from '../serving/support/vllm-fixtures';
import { faultsThrown, idsOf, warningsOf } from '../support/faults';

const source = ModelSource.urls([{ url: 'https://example.com/llama/config.json' }]);

describe('a model that is imported and served', () => {
  const program = (
    props: Partial<ModelImportProps>,
    importFirst: boolean,
    model = 'chat',
    maxSurge: number | undefined = 0,
  ) => {
    let made: ModelImport | undefined;
    const json = withSite((site) => {
      const fill = () => {
        made = new ModelImport(site.scope, 'Import', {
          cluster: site.cluster,
          modelStore: site.store,
          model,
          source,
          ...props,
        });
      };
      if (importFirst) fill();
      new TritonDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: site.store,
        models: [llama8b],
        maxSurge,
      });
      if (!importFirst) fill();
    });
    const ids = warningsOf(made!).map(({ id }) => id);
    return { ids, json, dependsOn: json.only('kubernetes_deployment_v1').depends_on as string[] };
  };
  const jobs = (dependsOn: string[]) => dependsOn.filter((each) => each.startsWith('kubernetes_job_v1.'));

  test.each([true, false])('is rolled out after its import, whichever comes first: %s', (importFirst) => {
    const { json, dependsOn, ids } = program({}, importFirst);
    expect(json.only('kubernetes_job_v1').wait_for_completion).toBe(true);
    expect(jobs(dependsOn)).toHaveLength(1);
    expect(dependsOn.length).toBeGreaterThan(1);
    expect(ids).toEqual([]);
  });

  test('is not waited for by a deployment whose old pods stay until the new ones serve', () => {
    const { json, dependsOn, ids } = program({}, true, 'chat', 1);
    expect(json.only('kubernetes_job_v1').wait_for_completion).toBe(false);
    expect(jobs(dependsOn)).toEqual([]);
    expect(ids).toEqual([]);
  });

  test('is not waited for where nobody wants to', () => {
    const { json, dependsOn } = program({ waitTimeout: Duration.ZERO }, true);
    expect(json.only('kubernetes_job_v1').wait_for_completion).toBe(false);
    expect(json.only('kubernetes_job_v1').timeouts).toBeUndefined();
    expect(jobs(dependsOn)).toEqual([]);
  });

  test('with an adapter that is imported too is rolled out after both', () => {
    const json = withSite((site) => {
      for (const model of ['chat', 'legal', 'medical']) {
        const props = { cluster: site.cluster, modelStore: site.store, model, source };
        new ModelImport(site.scope, `import-${model}`, props);
      }
      new VllmDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: site.store,
        models: [{ ...CHAT, loraAdapters: ['legal', 'medical'].map((name) => ({ name, rank: 8 })) }],
        maxSurge: 0,
      });
    });
    expect(jobs(json.only('kubernetes_deployment_v1').depends_on as string[])).toHaveLength(3);
  });

  test.each([
    ['another name', {}, 'chat-8b'],
    ['another version', { version: '2' }, 'chat'],
  ])('under %s is warned of', (_what, props, model) => {
    const { json, dependsOn, ids } = program(props, true, model);
    expect(ids).toEqual(['IMPORT_NOT_SERVED']);
    expect(json.only('kubernetes_job_v1').wait_for_completion).toBe(false);
    expect(jobs(dependsOn)).toEqual([]);
  });
});

describe('an import in another stack', () => {
  const program = (depends: boolean, maxSurge = 0, waitTimeout?: Duration) => {
    let made: { server: TritonDeployment; job: boolean } | undefined;
    withSite((site) => {
      const other = new TerraformStack(site.scope.node.root, 'imports');
      const { job } = new ModelImport(other, 'Import', {
        cluster: site.cluster,
        modelStore: site.store,
        model: 'chat',
        source,
        waitTimeout,
      });
      const server = new TritonDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: site.store,
        models: [llama8b],
        maxSurge,
      });
      if (depends) TerraformStack.of(server).addDependency(other);
      validationFaults(server);
      made = {
        server,
        job: Tokenization.resolve(job.waitForCompletionInput, {
          scope: server,
          resolver: new DefaultTokenResolver(new StringConcat()),
        }),
      };
    });
    return { waits: made!.job, ids: warningsOf(made!.server).map(({ id }) => id) };
  };

  test('is waited for by the server of a stack that depends on it', () =>
    expect(program(true)).toEqual({ waits: true, ids: [] }));
  test('is not meant where the import is in the stack of the server', () => {
    let server: TritonDeployment | undefined;
    withSite((site) => {
      new ModelImport(site.scope, 'Import', { cluster: site.cluster, modelStore: site.store, model: 'chat', source });
      server = new TritonDeployment(site.scope, 'Chat', {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: site.store,
        models: [llama8b],
        maxSurge: 0,
      });
    });
    expect(warningsOf(server!).map(({ id }) => id)).not.toContain('IMPORT_NOT_AWAITED');
  });
  test('is warned of where the stack does not', () =>
    expect(program(false)).toEqual({ waits: false, ids: ['IMPORT_NOT_AWAITED'] }));
  test('is not where the old pods stay until the new ones serve', () =>
    expect(program(false, 1)).toEqual({ waits: false, ids: [] }));
  test('is not where nobody wants to wait', () =>
    expect(program(false, 0, Duration.ZERO)).toEqual({ waits: false, ids: [] }));
});

test('a removed import is waited for no longer', () => {
  const json = withSite((site) => {
    new ModelImport(site.scope, 'Import', { cluster: site.cluster, modelStore: site.store, model: 'chat', source });
    new TritonDeployment(site.scope, 'Chat', {
      cluster: site.cluster,
      nodePool: site.pool(GpuInstanceType.G5_XLARGE),
      modelStore: site.store,
      models: [llama8b],
    });
    site.scope.node.tryRemoveChild('Import');
  });
  expect(JSON.stringify(json.only('kubernetes_deployment_v1').depends_on)).not.toContain('kubernetes_job_v1');
});

describe('disk', () => {
  const warned = (props: Partial<ModelImportProps>, systemDisk?: number) => {
    let made: ModelImport | undefined;
    withSite((site) => {
      const nodes = {
        instanceType: 'm7i.large',
        architecture: CpuArchitecture.X86_64,
        minNodes: 2,
        maxNodes: 4,
        labels: {},
      };
      if (systemDisk) enterSystemNodes(site.cluster, site.cluster, { ...nodes, diskGib: systemDisk });
      made = new ModelImport(site.scope, 'Import', {
        cluster: site.cluster,
        modelStore: site.store,
        model: 'chat',
        source,
        ...props,
      });
    });
    return warningsOf(made!).map(({ id }) => id);
  };
  test.each<[string, Partial<ModelImportProps>, number | undefined, string[]]>([
    ['the default fits the nodes that EKS makes', {}, undefined, []],
    ['more does not', { largestFile: DataSize.gib(16) }, undefined, ['DISK_LARGER_THAN_NODES']],
    ['unless nodes are named', { largestFile: DataSize.gib(16), nodeSelector: { disk: 'large' } }, undefined, []],
    ['or known to be larger', { largestFile: DataSize.gib(40) }, 50, []],
    ['but not large enough', { largestFile: DataSize.gib(60) }, 50, ['DISK_LARGER_THAN_NODES']],
    ['a volume needs none', { largestFile: DataSize.gib(60), source: ModelSource.volumeClaim('a') }, undefined, []],
  ])('%s', (_what, props, systemDisk, ids) => {
    expect(warned(props, systemDisk)).toEqual(ids);
  });
});

test('two imports of one version into one store are refused', () => {
  withSite((site) => {
    const of = (id: string, version?: string) =>
      new ModelImport(site.scope, id, {
        cluster: site.cluster,
        modelStore: site.store,
        model: 'chat',
        source,
        version,
      });
    of('One');
    of('Two', '2');
    expect(idsOf(faultsThrown(() => of('Three')))).toEqual(['DUPLICATE version']);
    site.scope.node.tryRemoveChild('One');
    site.scope.node.tryRemoveChild('Three');
    expect(() => of('Four')).not.toThrow();
  });
});

describe('a model that nothing imports, in a program without imports', () => {
  const warned = (make: (scope: Construct) => IModelStore, more?: (site: Site, modelStore: IModelStore) => unknown) => {
    let served: TritonDeployment | undefined;
    withSite((site) => {
      const modelStore = make(site.scope);
      served = new TritonDeployment(site.scope, 'Chat', {
        ...{ cluster: site.cluster, modelStore, models: [llama8b], maxSurge: 0 },
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
      });
      more?.(site, modelStore);
    });
    return idsOf(warningsOf(served!)).filter((id) => id.startsWith('MODEL_NOT_IMPORTED'));
  };
  const made = (scope: Construct) => new ModelStore(scope, 'Made');

  test('is missing in a store that the program makes', () => {
    expect(warned(made)).toEqual(['MODEL_NOT_IMPORTED']);
  });

  test.each<[string, (scope: Construct) => IModelStore]>([
    ['an existing bucket', (scope) => ModelStore.fromBucketName(scope, 'Found', 'models')],
    ['a store whose writers fill it', (scope) => new ModelStore(scope, 'Made', { writers: ['111122223333'] })],
  ])('may be in %s', (_, make) => {
    expect(warned(make)).toEqual([]);
  });

  test('is not missing once it is imported', () => {
    const fill = ({ scope, cluster }: Site, modelStore: IModelStore) =>
      new ModelImport(scope, 'Import', { cluster, modelStore, model: 'chat', source });
    expect(warned(made, fill)).toEqual([]);
  });

  test('may come from a role that the program lets write', () => {
    const grant = ({ scope }: Site, store: IModelStore) =>
      store.grantReadWrite(readingCluster(scope as TerraformStack).serviceAccountRole('build', 'publisher')!);
    expect(warned(made, grant)).toEqual([]);
  });
});
