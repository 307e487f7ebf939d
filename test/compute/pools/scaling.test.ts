import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ClusterAutoscaler } from '../../../lib/compute/agents/cluster-autoscaler';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { ImagePrePuller, ImagePrePullerProps } from '../../../lib/compute/agents/image-pre-puller';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { Token } from 'cdktf';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block, synthesize } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

const REPOSITORY = 'registry.k8s.io/autoscaling/cluster-autoscaler';
const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('ClusterAutoscaler', () => {
  const result = (props: { image?: string } = { image: `${REPOSITORY}:v1.35.0` }, kubernetesVersion?: string) =>
    synthesize((stack) => {
      new ClusterAutoscaler(stack, 'Autoscaler', { cluster: testEksCluster(stack, { kubernetesVersion }), ...props });
    });
  const tag = (kubernetesVersion?: string) =>
    JSON.parse(result({}, kubernetesVersion).only('helm_release').values[0]).image.tag as string;

  test('finds the groups of its cluster', () => {
    const release = result().only('helm_release');
    expect(release).toMatchObject({ chart: 'cluster-autoscaler', namespace: 'kube-system', version: '9.59.0' });
    expect(release.set).toEqual([{ name: 'awsRegion', value: 'us-west-2' }]);
    expect(JSON.parse(release.values[0])).toMatchObject({
      autoDiscovery: { clusterName: 'test' },
      image: { repository: REPOSITORY, tag: 'v1.35.0' },
      rbac: { serviceAccount: { name: 'cluster-autoscaler' } },
    });
  });

  test('is of the cluster’s Kubernetes minor, or the chart’s where that is not known', () => {
    for (const { kubernetesVersion } of EksRelease.ALL) {
      expect(tag(kubernetesVersion)).toMatch(new RegExp(`^v${kubernetesVersion}\\.\\d+$`));
    }
    expect(tag()).toBeUndefined();
  });

  test.each<[string, string, string, string]>([
    ['a tag', 'host:5000/ca:v1', 'host:5000/ca', 'v1'],
    ['a digest', `ca@${DIGEST}`, 'ca@sha256', 'a'.repeat(64)],
    ['both', `ca:v1@${DIGEST}`, 'ca', `v1@${DIGEST}`],
  ])('is of an image by %s, as the chart joins them', (_, image, repository, version) => {
    const values = JSON.parse(result({ image }).only('helm_release').values[0]);
    expect(values.image).toEqual({ repository, tag: version });
    expect(`${values.image.repository}:${values.image.tag}`).toBe(image);
  });

  test('is of an image that only Terraform knows, and of none without a version', () => {
    const image = Token.asString({ resolve: () => '${var.image}' });
    const [values] = result({ image }).only('helm_release').values as string[];
    expect(values).toContain('regex(');
    expect(idsOf(faultsThrown(() => result({ image: 'host:5000/ca' })))).toEqual(['INVALID_FORMAT image']);
  });

  test('does not keep an apply waiting', () => {
    expect(result().only('helm_release')).toMatchObject({ wait: false, timeout: 300 });
  });

  test('exists once per cluster', () => {
    expect(() =>
      synthesize((stack) => {
        const cluster = testEksCluster(stack);
        new ClusterAutoscaler(stack, 'Autoscaler', { cluster });
        new ClusterAutoscaler(stack, 'Second', { cluster });
      }),
    ).toThrow(/test\/Second: cluster 'test' already has a cluster autoscaler, at 'test\/Autoscaler'/);
  });

  test('may change only those', () => {
    const { Statement } = JSON.parse(result().only('aws_iam_role_policy').policy);
    for (const each of Statement as Block[]) {
      const changes = each.Action.filter((action: string) => !/:(Describe|Get)/.test(action));
      expect(changes.length === 0 || each.Condition !== undefined).toBe(true);
    }
    expect(Statement[1].Condition.StringEquals).toEqual({ 'aws:ResourceTag/k8s.io/cluster-autoscaler/test': 'owned' });
  });
});

describe('ImagePrePuller', () => {
  const IMAGES = ['nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3', 'registry.example.com/app:1'];
  const made = (props: Partial<ImagePrePullerProps> = {}, ownPool = false) =>
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const pool = (id: string) =>
        new GpuNodePool(stack, id, {
          cluster,
          instanceType: GpuInstanceType.G5_XLARGE,
          minNodes: 1,
          maxNodes: 1,
          taints: [{ key: id, effect: TaintEffect.NO_SCHEDULE }],
        });
      const [first] = [pool('a'), pool('b')];
      new ImagePrePuller(stack, 'warm', {
        cluster,
        images: IMAGES,
        nodePools: ownPool ? [first] : undefined,
        ...props,
      });
    });
  const podOf = (...args: Parameters<typeof made>) => made(...args).only('kubernetes_daemon_set_v1').spec.template.spec;

  test('pulls each image on every GPU node, and takes no GPU', () => {
    const pod = podOf();
    expect(pod.init_container.map((each: Block) => [each.name, each.image, each.command])).toEqual([
      ['tritonserver-26-07-vllm-python-py3', IMAGES[0], ['/bin/true']],
      ['app-1', IMAGES[1], ['/bin/true']],
    ]);
    expect(pod.node_selector).toEqual({ 'nvidia.com/gpu.present': 'true' });
    expect(pod).not.toHaveProperty('affinity');
    expect(pod.toleration.map((each: Block) => each.key)).toEqual(['a', 'b', 'nvidia.com/gpu']);
    for (const { resources, env } of [...pod.init_container, ...pod.container] as Block[]) {
      expect(Object.keys({ ...resources.requests, ...resources.limits }).sort()).toEqual(['cpu', 'memory']);
      expect(env).toEqual([{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'void' }]);
    }
    expect(pod.container[0].security_context).toMatchObject({ run_as_non_root: true, privileged: false });
  });

  test('or on the pools that are named', () => {
    const pod = podOf({}, true);
    const [term] = pod.affinity.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_term;
    expect(term.match_expressions).toEqual([{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['a'] }]);
    expect(pod.toleration.map((each: Block) => each.key)).toEqual(['a', 'nvidia.com/gpu']);
  });

  test('is counted among the pods of each node, on the pools it runs on', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const options = { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
      const first = new GpuNodePool(stack, 'a', options);
      new GpuNodePool(stack, 'b', options);
      const lines = () => ClusterChecks.of(cluster).explain().split('\n');
      new ImagePrePuller(stack, 'warm', { cluster, images: IMAGES });
      new ImagePrePuller(stack, 'own', { cluster, images: IMAGES, nodePools: [first] });
      expect(lines()).toContainEqual(
        expect.stringMatching(/each node +inference\/warm +a, b .* cpu 0.01, memory 0 GiB/),
      );
      expect(lines()).toContainEqual(expect.stringMatching(/each node +inference\/own +a +1 /));
    });
  });

  test.each<[Partial<ImagePrePullerProps>, RegExp]>([
    [{ images: [] }, /at least one image/],
    [{ images: ['nvcr.io/nvidia/tritonserver'] }, /images\[0\] must have a tag or a digest/],
    [{ images: ['a/app:1', 'b/app:1'] }, /images\[1\] must differ from images\[0\]/],
    [{ nodePools: [] }, /nodePools must have at least one pool/],
    [{ name: 'Warm' }, /name must be an RFC 1123 label/],
  ])('is refused %#', (props, message) => expect(() => made(props)).toThrow(message));
});
