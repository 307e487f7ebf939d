import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { Release } from '@cdktf/provider-helm/lib/release';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { dependOn } from '../../lib/core/dependencies';
import { KubernetesAccess, helmMeta, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { ensureNamespace, knownNamespace } from '../../lib/kubernetes/namespaces';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { synthesize, synthesizePair, testStack } from '../support/synth';
import { TestCluster } from '../support/test-cluster';

const ROLE = 'arn:aws:iam::123456789012:role/ops';
const EKS = { host: 'https://x.eks', certificateAuthorityData: 'Y2E=', eksClusterName: 'chat', region: 'us-west-2' };

function configMap(scope: Construct, cluster: IKubernetesCluster, id = 'Map'): ConfigMapV1 {
  const holder = new Construct(scope, `Holder-${id}`);
  return new ConfigMapV1(holder, id, { ...kubernetesMeta(holder, cluster), metadata: { name: id.toLowerCase() } });
}

describe('the providers of an EKS cluster', () => {
  const build = (options?: Parameters<typeof KubernetesAccess.of>[2], helm = true) =>
    synthesize((stack) => {
      const cluster = new TestCluster(stack, 'Cluster', { clusterName: 'My.Chat', connection: EKS });
      const access = KubernetesAccess.of(stack, cluster, options);
      if (helm) void access.ensureHelmProvider();
      configMap(stack, cluster);
    }).json;

  test('sign in by aws eks get-token, under the stable alias of the cluster', () => {
    const { provider, resource } = build();
    const exec = {
      api_version: 'client.authentication.k8s.io/v1beta1',
      command: 'aws',
      args: ['eks', 'get-token', '--output', 'json', '--cluster-name', 'chat', '--region', 'us-west-2'],
    };
    const connection = { host: 'https://x.eks', cluster_ca_certificate: '${base64decode("Y2E=")}' };
    expect(provider.kubernetes).toEqual([{ alias: 'my-chat', ...connection, exec: [exec] }]);
    expect(provider.helm).toEqual([{ alias: 'my-chat', kubernetes: { ...connection, exec } }]);
    expect(Object.values(resource.kubernetes_config_map_v1)).toEqual([
      expect.objectContaining({ provider: 'kubernetes.my-chat' }),
    ]);
  });

  test('take a role, a profile and a proxy, the Helm provider too', () => {
    const { provider } = build({
      roleArn: 'arn:aws:iam::123456789012:role/ops',
      profile: 'ops',
      proxyUrl: 'socks5://localhost:1080',
    });
    const args = expect.arrayContaining(['--role-arn', 'arn:aws:iam::123456789012:role/ops', '--profile', 'ops']);
    expect(provider.kubernetes[0]).toMatchObject({ proxy_url: 'socks5://localhost:1080', exec: [{ args }] });
    expect(provider.helm[0].kubernetes).toMatchObject({ proxy_url: 'socks5://localhost:1080', exec: { args } });
  });

  test('have no Helm provider as long as nothing needs one', () => {
    expect(build(undefined, false).provider.helm).toBeUndefined();
  });
});

test('a kubeconfig is used without exec', () => {
  const { provider } = synthesize((stack) => {
    const connection = { configPath: 'kubeconfig', configContext: 'edge' };
    KubernetesAccess.of(stack, new TestCluster(stack, 'Cluster', { connection }));
  }).json;
  expect(provider.kubernetes).toEqual([{ alias: 'test', config_path: 'kubeconfig', config_context: 'edge' }]);
});

describe('asking again', () => {
  const twice = (first: object | undefined, second: object | undefined) => () =>
    synthesize((stack) => {
      const cluster = new TestCluster(stack, 'Cluster', { connection: EKS });
      const access = KubernetesAccess.of(stack, cluster, first);
      expect(KubernetesAccess.of(new Construct(stack, 'Deep'), cluster, second)).toBe(access);
      expect(KubernetesAccess.find(stack, cluster)).toBe(access);
      expect(access.ensureHelmProvider()).toBe(access.ensureHelmProvider());
    });

  test('with the same or no options gives the same providers', () => {
    expect(twice({ profile: 'a', roleArn: ROLE }, undefined)().json.provider.kubernetes).toHaveLength(1);
    expect(twice({ profile: 'a', roleArn: ROLE }, { roleArn: ROLE, profile: 'a' })).not.toThrow();
    expect(twice(undefined, {})).not.toThrow();
  });

  test('with other options fails', () => {
    expect(idsOf(faultsThrown(twice({ profile: 'a' }, { profile: 'b' })))).toEqual(['PROVIDERS_EXIST options']);
    expect(idsOf(faultsThrown(twice(undefined, { profile: 'b' })))).toEqual(['PROVIDERS_EXIST options']);
  });

  test('in another stack, or for another cluster, makes others', () => {
    const { infra, workload } = synthesizePair((a, b) => {
      const cluster = new TestCluster(a, 'Cluster', { connection: EKS });
      const other = new TestCluster(a, 'Other', { clusterName: 'other', connection: { configPath: 'x' } });
      KubernetesAccess.of(a, cluster);
      expect(KubernetesAccess.find(b, cluster)).toBeUndefined();
      KubernetesAccess.of(b, cluster);
      KubernetesAccess.of(b, other);
    });
    expect(infra.json.provider.kubernetes).toHaveLength(1);
    expect(workload.json.provider.kubernetes).toHaveLength(2);
  });
});

describe('providers of the caller', () => {
  test('are used, whatever their alias', () => {
    const { resource, provider } = synthesize((stack) => {
      const cluster = new TestCluster(stack, 'Cluster', { connection: EKS });
      const kubernetes = new KubernetesProvider(stack, 'Mine', { alias: 'mine', configPath: 'x' });
      const helm = new HelmProvider(stack, 'MyHelm', { alias: 'mine' });
      const access = KubernetesAccess.fromProviders(stack, cluster, { kubernetes, helm });
      expect(access.kubernetesProvider).toBe(kubernetes);
      expect(access.ensureHelmProvider()).toBe(helm);
      configMap(stack, cluster);
    }).json;
    expect(Object.values(resource.kubernetes_config_map_v1)[0]).toMatchObject({ provider: 'kubernetes.mine' });
    expect(provider.kubernetes).toHaveLength(1);
  });

  test.each<[string, (stack: TerraformStack, cluster: TestCluster, kubernetes: KubernetesProvider) => void, string]>([
    [
      'a Helm provider is asked for and none was handed in',
      (stack, cluster, kubernetes) =>
        void KubernetesAccess.fromProviders(stack, cluster, { kubernetes }).ensureHelmProvider(),
      'MISSING_HELM_PROVIDER providers.helm',
    ],
    [
      'they come too late',
      (stack, cluster, kubernetes) => {
        KubernetesAccess.of(stack, cluster);
        KubernetesAccess.fromProviders(stack, cluster, { kubernetes });
      },
      'PROVIDERS_EXIST providers',
    ],
    [
      'options are given afterwards',
      (stack, cluster, kubernetes) => {
        KubernetesAccess.fromProviders(stack, cluster, { kubernetes });
        KubernetesAccess.of(stack, cluster, { profile: 'x' });
      },
      'PROVIDERS_EXIST options',
    ],
  ])('fails when %s', (_, act, id) => {
    const faults = faultsThrown(() =>
      synthesize((stack) => {
        const kubernetes = new KubernetesProvider(stack, 'Mine', { alias: 'mine', configPath: 'x' });
        act(stack, new TestCluster(stack, 'Cluster', { connection: EKS }), kubernetes);
      }),
    );
    expect(idsOf(faults)).toEqual([id]);
  });
});

describe('without a provider for the cluster', () => {
  /** What the synthesis of a stack is refused for. */
  const found = (build: (stack: TerraformStack) => void) => {
    const stack = testStack();
    build(stack);
    return idsOf(faultsAtSynth(stack));
  };

  test('synthesis fails, once for all objects of a cluster', () => {
    const three = (stack: TerraformStack) => {
      const cluster = new TestCluster(stack, 'Cluster');
      ['One', 'Two', 'Three'].forEach((id) => configMap(stack, cluster, id));
    };
    expect(found(three)).toEqual(['MISSING_PROVIDER']);
    expect(() => synthesize(three)).toThrow("stack 'test' has no kubernetes provider for cluster 'test'");
  });

  test('synthesis fails once where providers of both types are missing, and names those that are', () => {
    const both = (defaults: boolean) => (stack: TerraformStack) => {
      const cluster = new TestCluster(stack, 'Cluster');
      configMap(stack, cluster);
      const holder = new Construct(stack, 'Chart');
      new Release(holder, 'Release', { ...helmMeta(holder, cluster), name: 'a', chart: 'a' });
      if (defaults) new KubernetesProvider(stack, 'Default', {});
    };
    expect(found(both(false))).toEqual(['MISSING_PROVIDER']);
    expect(() => synthesize(both(false))).toThrow('has no kubernetes and no helm provider');
    expect(() => synthesize(both(true))).toThrow('has no helm provider');
  });

  test('objects that were taken out of the tree need none', () => {
    const removed = (stack: TerraformStack) => {
      const scope = new Construct(stack, 'Scope');
      kubernetesMeta(scope, new TestCluster(stack, 'Cluster'));
      stack.node.tryRemoveChild('Scope');
    };
    expect(found(removed)).toEqual([]);
  });

  test('one with an alias does not do', () => {
    const other = (stack: TerraformStack) => {
      new KubernetesProvider(stack, 'Other', { alias: 'other' });
      configMap(stack, new TestCluster(stack, 'Cluster'));
    };
    expect(found(other)).toEqual(['MISSING_PROVIDER']);
  });

  test("the stack's own default provider is used", () => {
    const result = synthesize((stack) => {
      configMap(stack, new TestCluster(stack, 'Cluster'));
      new KubernetesProvider(stack, 'Default', {});
    });
    expect(result.only('kubernetes_config_map_v1').provider).toBeUndefined();
  });
});

describe('dependencies', () => {
  test('within a stack become depends_on', () => {
    const result = synthesize((stack) => {
      const cluster = new TestCluster(stack, 'Cluster', { ready: [new S3Bucket(stack, 'Entry', {})] });
      KubernetesAccess.of(stack, cluster);
      configMap(stack, cluster);
    });
    expect(result.only('kubernetes_config_map_v1').depends_on).toEqual(['aws_s3_bucket.Entry']);
  });

  test('on another stack make the stack depend on it', () => {
    const { workload } = synthesizePair((a, b) => {
      const cluster = new TestCluster(a, 'Cluster', { ready: [new S3Bucket(a, 'Entry', {})] });
      KubernetesAccess.of(b, cluster);
      configMap(b, cluster, 'One');
      configMap(b, cluster, 'Two');
      expect(b.dependencies).toEqual([a]);
    });
    expect(workload.resources('kubernetes_config_map_v1').map((map) => map.depends_on)).toEqual([undefined, undefined]);
  });

  test('of a circle between stacks are refused', () => {
    expect(() =>
      synthesizePair((a, b) => {
        dependOn(a, [new S3Bucket(b, 'B', {})]);
        dependOn(b, [new S3Bucket(a, 'A', {})]);
      }),
    ).toThrow('circular dependency');
  });
});

describe('two clusters in one stack', () => {
  const providers = (...names: string[]) =>
    synthesize((stack) => {
      for (const [index, clusterName] of names.entries()) {
        const cluster = new TestCluster(stack, `Cluster${index}`, { clusterName });
        const access = KubernetesAccess.of(stack, cluster);
        expect(access.ensureHelmProvider().alias).toBe(access.kubernetesProvider.alias);
      }
    }).json.provider.kubernetes.map(({ alias }: { alias: string }) => alias);

  test('whose names become one alias have two', () => {
    expect(providers('prod-a', 'other')).toEqual(['prod-a', 'other']);
    expect(providers('prod-a', 'prod_a', 'PROD-A')).toEqual([
      'prod-a',
      expect.stringMatching(/^prod-a-[0-9a-f]{8}$/),
      expect.stringMatching(/^prod-a-[0-9a-f]{8}$/),
    ]);
    expect(new Set(providers('prod-a', 'prod_a', 'PROD-A')).size).toBe(3);
  });

  test('of one name are refused', () => {
    expect(idsOf(faultsThrown(() => providers('prod', 'prod')))).toEqual(['CLUSTERS_SHARE_NAME clusterName']);
  });

  test.each([0, 1])(
    'of one name are not where the caller hands in the providers of one, whichever is first',
    (given) => {
      const result = synthesize((stack) => {
        for (const index of [0, 1]) {
          const cluster = new TestCluster(stack, `Cluster${index}`, { clusterName: 'prod' });
          if (index !== given) KubernetesAccess.of(stack, cluster);
          else {
            const kubernetes = new KubernetesProvider(stack, 'Mine', { alias: 'mine', configPath: 'mine' });
            KubernetesAccess.fromProviders(stack, cluster, { kubernetes });
          }
        }
      });
      const aliases = result.json.provider.kubernetes.map(({ alias }: { alias: string }) => alias);
      expect(aliases.sort()).toEqual(['mine', 'prod']);
    },
  );
});

describe('namespaces', () => {
  const build = (act: (stack: TerraformStack, cluster: TestCluster) => void) =>
    synthesize((stack) => {
      const cluster = new TestCluster(stack, 'Cluster');
      KubernetesAccess.of(stack, cluster);
      act(stack, cluster);
    });

  test('are made once, in the stack, with their Pod Security level', () => {
    const result = build((stack, cluster) => {
      const first = ensureNamespace(new Construct(stack, 'A'), cluster, 'inference', PodSecurityLevel.RESTRICTED);
      const second = ensureNamespace(new Construct(stack, 'B'), cluster, 'inference', PodSecurityLevel.RESTRICTED);
      expect(second).toEqual(first);
    });
    expect(result.only('kubernetes_namespace_v1').metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'gpu-inference-constructs',
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
  });

  test('of one name on two clusters are two', () => {
    const result = build((stack, cluster) => {
      const other = new TestCluster(stack, 'Other', { clusterName: 'other' });
      KubernetesAccess.of(stack, other);
      ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
      ensureNamespace(stack, other, 'inference', PodSecurityLevel.PRIVILEGED);
    });
    expect(
      result
        .resources('kubernetes_namespace_v1')
        .map((n) => n.provider)
        .sort(),
    ).toEqual(['kubernetes.other', 'kubernetes.test']);
  });

  test("'c' of cluster 'a-b' is not 'b-c' of cluster 'a'", () => {
    const result = build((stack) => {
      for (const [clusterName, name] of [
        ['a-b', 'c'],
        ['a', 'b-c'],
      ]) {
        const cluster = new TestCluster(stack, clusterName, { clusterName });
        KubernetesAccess.of(stack, cluster);
        const made = ensureNamespace(stack, cluster, name, PodSecurityLevel.RESTRICTED);
        expect(ensureNamespace(stack, cluster, name, PodSecurityLevel.RESTRICTED)).toEqual(made);
        expect(knownNamespace(stack, cluster, name)).toEqual(made);
      }
    });
    const all = result.resources('kubernetes_namespace_v1').map(({ provider, metadata }) => [provider, metadata.name]);
    expect(all).toEqual(
      expect.arrayContaining([
        ['kubernetes.a-b', 'c'],
        ['kubernetes.a', 'b-c'],
      ]),
    );
  });

  test('of clusters of one name, whose providers were handed in, are apart; those of one provider are one', () => {
    const result = build((stack) => {
      const provider = (alias: string) => new KubernetesProvider(stack, alias, { alias, configPath: alias });
      const [east, west] = [provider('east'), provider('west')];
      for (const [index, kubernetes] of [east, west, west].entries()) {
        const cluster = new TestCluster(stack, `Cluster${index}`, { clusterName: 'prod' });
        KubernetesAccess.fromProviders(stack, cluster, { kubernetes });
        const made = ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
        expect(knownNamespace(stack, cluster, 'inference')).toEqual(made);
      }
    });
    const all = result.resources('kubernetes_namespace_v1').map(({ provider, metadata }) => [provider, metadata.name]);
    expect(all.sort()).toEqual([
      ['kubernetes.east', 'inference'],
      ['kubernetes.west', 'inference'],
    ]);
  });

  test.each<[string, (stack: TerraformStack, cluster: TestCluster) => void, string]>([
    [
      'two levels are asked for',
      (stack, cluster) => {
        ensureNamespace(stack, cluster, 'a', PodSecurityLevel.RESTRICTED);
        ensureNamespace(stack, cluster, 'a', PodSecurityLevel.PRIVILEGED);
      },
      "namespace 'a' already has the Pod Security level 'restricted', but 'privileged' is needed here",
    ],
    [
      'the name is none',
      (stack, cluster) => void ensureNamespace(stack, cluster, 'A_b', PodSecurityLevel.BASELINE),
      "got 'A_b'",
    ],
  ])('fail when %s', (_, act, message) => {
    expect(() => build(act)).toThrow(message);
  });
});
