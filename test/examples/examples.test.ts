import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { Cloud65b } from '../../examples/cloud-65b/stack';
import { DeepSeekR1TwoNodes } from '../../examples/deepseek-r1-two-nodes/stack';
import { ExistingEks } from '../../examples/existing-eks/stack';
import { EdgeT4 } from '../../examples/edge-t4/stack';
import { FleetOfSites } from '../../examples/fleet-100-sites/stack';
import { FraudHybrid } from '../../examples/fraud-hybrid/stack';
import { Headline8xV100 } from '../../examples/headline-8xv100/stack';
import { HybridRack } from '../../examples/hybrid-rack/stack';
import { KServe65b } from '../../examples/kserve-65b/stack';
import { MonitoringExistingPrometheus } from '../../examples/monitoring-existing-prometheus/stack';
import { Multinode70bFp16 } from '../../examples/multinode-70b-fp16/stack';
import { OnpremInfiniband } from '../../examples/onprem-infiniband/stack';
import { OpenAiVllm } from '../../examples/openai-vllm/stack';
import { Optimise13bForEdge } from '../../examples/optimise-13b-for-edge/stack';
import { Quickstart } from '../../examples/quickstart/stack';
import { RdmaTrainingReadyPool } from '../../examples/rdma-training-ready-pool/stack';
import { TritonOnnxEnsemble } from '../../examples/triton-onnx-ensemble/stack';
import { KubernetesManifests } from '../../lib/manifests';
import { SynthesizedStack } from '../../lib/testing';
import { idsOf, warningsOf } from '../support/faults';
import { AUTHORITY } from '../compute/pools/hybrid-programs';
import { testApp } from '../support/synth';
import { RELEASE_KEY } from '../topology/edge/edge-site';

/** Of the sites of fleet-100-sites, one of each kind. */
const FEW_SITES = readFileSync(path.join(__dirname, 'few-sites.csv'), 'utf8');

const BLOCK = {
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2b',
  start: '2027-01-11T11:30:00Z',
  end: '2027-01-25T11:30:00Z',
  instances: 4,
};

const quickstart = (app: App) => new Quickstart(app);
const cloud65b = (app: App) => new Cloud65b(app);
const training = (app: App) => new RdmaTrainingReadyPool(app, { block: BLOCK, image: 'example.test/trainer:1' });
const onprem = (app: App) => new OnpremInfiniband(app);
const edgeT4 = (app: App) => new EdgeT4(app);
const fraud = (app: App) => new FraudHybrid(app, { releaseKey: RELEASE_KEY.publicKey });
const fleet = (app: App) => new FleetOfSites(app, FEW_SITES);
const openAi = (app: App) => new OpenAiVllm(app);
const hybrid = (app: App) => new HybridRack(app, { certificateAuthority: AUTHORITY });
const headline = (app: App) => new Headline8xV100(app);
const ensemble = (app: App) => new TritonOnnxEnsemble(app);
const existing = (app: App) => new ExistingEks(app);
const operator = (app: App) => new MonitoringExistingPrometheus(app);
const kserve = (app: App) => new KServe65b(app);
const twoNodes = (app: App) => new Multinode70bFp16(app);
const optimise = (app: App) => new Optimise13bForEdge(app);
const deepSeek = (app: App) => new DeepSeekR1TwoNodes(app);

/** Every stack of an example. */
function stacksOf(describeExample: (app: App) => unknown): TerraformStack[] {
  const app = testApp();
  describeExample(app);
  return app.node.children.filter(TerraformStack.isStack);
}

/** The addresses that Terraform knows the resources of a stack by. */
function addresses(stack: TerraformStack): string[] {
  const { resource = {} } = JSON.parse(SynthesizedStack.of(stack).toJson()) as {
    resource?: { [type: string]: object };
  };
  return Object.entries(resource).flatMap(([type, blocks]) => Object.keys(blocks).map((id) => `${type}.${id}`));
}

describe('what an update of the library must not move: a resource of another address is another resource', () => {
  test.each([
    ['quickstart', quickstart],
    ['cloud-65b', cloud65b],
    ['rdma-training-ready-pool', training],
    ['onprem-infiniband', onprem],
    ['openai-vllm', openAi],
    ['hybrid-rack', hybrid],
    ['headline-8xv100', headline],
    ['triton-onnx-ensemble', ensemble],
    ['existing-eks', existing],
    ['monitoring-existing-prometheus', operator],
    ['kserve-65b', kserve],
    ['multinode-70b-fp16', twoNodes],
    ['deepseek-r1-two-nodes', deepSeek],
    ['optimise-13b-for-edge', optimise],
    ['edge-t4', edgeT4],
    ['fraud-hybrid', fraud],
    ['fleet-100-sites', fleet],
  ])('%s', (_, example) => {
    const lists = stacksOf(example).map((stack): [string, string[]] => [stack.node.id, addresses(stack)]);
    expect(Object.fromEntries(lists)).toMatchSnapshot();
  });
});

describe('what an example does is meant: it gives no warning', () => {
  test.each([
    ['quickstart', quickstart, []],
    ['cloud-65b', cloud65b, []],
    // Its block comes from the caller, and this one names no topic.
    ['rdma-training-ready-pool', training, ['CAPACITY_BLOCK_UNWATCHED']],
    ['onprem-infiniband', onprem, []],
    ['openai-vllm', openAi, []],
    ['hybrid-rack', hybrid, []],
    ['headline-8xv100', headline, []],
    ['triton-onnx-ensemble', ensemble, []],
    ['existing-eks', existing, []],
    ['monitoring-existing-prometheus', operator, []],
    ['kserve-65b', kserve, []],
    ['multinode-70b-fp16', twoNodes, []],
    ['deepseek-r1-two-nodes', deepSeek, []],
    ['optimise-13b-for-edge', optimise, []],
    ['edge-t4', edgeT4, []],
    ['fraud-hybrid', fraud, []],
    ['fleet-100-sites', fleet, []],
  ])('%s', (_, example, wanted) => {
    const stacks = stacksOf(example);
    stacks.forEach((stack) => SynthesizedStack.of(stack));
    expect(idsOf(stacks.flatMap(warningsOf))).toEqual(wanted);
  });
});

describe('what an example makes', () => {
  test('the pool of rdma-training-ready-pool: template, node group, and what follows its block', () => {
    const [infrastructure] = stacksOf(training).map((stack) => SynthesizedStack.of(stack));
    const isPool = (block: { [attribute: string]: any }) => JSON.stringify(block).includes('p5-block');
    const [template] = infrastructure.resources('aws_launch_template').filter(isPool);
    // Of the 32 cards the first two tell the rule; the tests of the layouts look at each.
    const { network_interfaces: interfaces, user_data: data, ...rest } = template;
    expect(interfaces).toHaveLength(33);
    expect({ ...rest, network_interfaces: interfaces.slice(0, 3) }).toMatchSnapshot('launch template');
    expect(Buffer.from(data as string, 'base64').toString('utf8')).toMatchSnapshot('user data');
    expect(infrastructure.resources('aws_eks_node_group').filter(isPool)).toMatchSnapshot('node group');
    expect(infrastructure.resources('aws_autoscaling_schedule')).toMatchSnapshot('scheduled actions');
  });

  test('nothing that existing-eks finds: neither cluster nor network, and no look-up of what the other state says', () => {
    const [stack] = stacksOf(existing);
    const json = JSON.parse(SynthesizedStack.of(stack).toJson());
    expect(
      Object.keys(json.resource).filter((type) => /^aws_(vpc|subnet|eks_cluster|eks_addon|eks_access)/.test(type)),
    ).toEqual([]);
    expect(Object.keys(json.data).filter((type) => /^aws_(eks|vpc|subnet)/.test(type))).toEqual([]);
    const [group] = SynthesizedStack.of(stack).resources('aws_eks_node_group');
    expect(group.subnet_ids).toContain('.outputs.private_subnets');
    const [provider] = json.provider.kubernetes;
    expect(provider.host).toContain('.outputs.cluster_endpoint');
    expect(provider.exec[0].args).toEqual(
      expect.arrayContaining(['--cluster-name', 'platform', '--region', 'eu-central-1']),
    );
  });

  test('optimise-13b-for-edge: the site is planned by what the hall writes, and its Job is awaited', () => {
    const example = new Optimise13bForEdge(testApp());
    const { int4, int8, deployment } = example;
    expect([int4.output.precision.name, int8.output.precision.name]).toEqual(['int4', 'int8']);
    expect(deployment.plan.precision.name).toBe('int4');
    expect(int4.output.version).not.toBe(int8.output.version);
    const jobs = SynthesizedStack.of(example.hall).resources('kubernetes_job_v1');
    const awaited = jobs.map(({ metadata, wait_for_completion: waits }) => [metadata[0]?.name ?? metadata.name, waits]);
    expect(awaited).toEqual([
      ['int4', true],
      ['int8', false],
    ]);
    expect(int4.explain()).toMatchSnapshot();
  });

  test('the servers of hybrid-rack run on the nodes of the plant alone, and stay there through its outage', () => {
    const example = hybrid(testApp());
    const [{ spec }] = SynthesizedStack.of(example.workloads)
      .resources('kubernetes_deployment_v1')
      .filter(({ metadata }) => JSON.stringify(metadata).includes('"name":"qwen3-8b"'));
    expect(spec.replicas).toBe('2');
    const { node_selector, toleration } = spec.template.spec;
    expect(node_selector).toEqual({ 'gpu-inference-constructs/pool': 'rack' });
    const seconds = example.rack.unreachableTolerationSeconds;
    expect(seconds).toBeGreaterThan(8 * 3600);
    for (const key of ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'])
      expect(toleration).toContainEqual({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        toleration_seconds: String(seconds),
      });
  });

  test('a hundred sites of fleet-100-sites: each a stack of its own that depends on no other, and most of them alike', () => {
    const table = readFileSync(path.join(__dirname, '../../examples/fleet-100-sites/sites.csv'), 'utf8');
    const app = testApp();
    const { fleet: sites, topology } = new FleetOfSites(app, table);
    expect(sites.sites).toHaveLength(100);
    expect(sites.rings.map((ring) => sites.inRing(ring).length)).toEqual([2, 10, 88]);
    const stacks = app.node.children.filter(TerraformStack.isStack).filter(({ node }) => node.id !== 'fleet');
    expect(stacks).toHaveLength(100);
    expect(stacks.flatMap(({ dependencies }) => dependencies)).toEqual([]);
    const formats = Object.values(topology.sites).map(({ plans }) => plans['chat-13b'].precision.name);
    expect(new Set(formats)).toEqual(new Set(['int4']));
  });

  test('fraud-hybrid: what is long goes to the cloud, and branches go on through three days', () => {
    const { topology } = new FraudHybrid(testApp(), { releaseKey: RELEASE_KEY.publicKey });
    expect(topology.explain()).toMatchSnapshot();
  });

  test('the resources of KServe in kserve-65b', () => {
    const [stack] = stacksOf(kserve);
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const own = objects.filter(({ apiVersion }) => (apiVersion as string).startsWith('serving.kserve.io/'));
    expect(own.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['ClusterStorageContainer', undefined],
      ['InferenceService', 'inference'],
      ['ServingRuntime', 'inference'],
    ]);
    expect(own).toMatchSnapshot();
  });

  test('the group of deepseek-r1-two-nodes: sixteen ranks, eight in each of its pods, which share the experts', () => {
    const [stack] = stacksOf(deepSeek);
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const { spec } = objects.find(({ kind }) => kind === 'LeaderWorkerSet') as { spec: { [name: string]: any } };
    const { size, leaderTemplate, workerTemplate } = spec.leaderWorkerTemplate;
    const ranks = [leaderTemplate, workerTemplate].map((template) =>
      template.spec.containers[0].args.filter((each: string) =>
        /^--(data-parallel|enable-expert|tensor|headless)/.test(each),
      ),
    );
    const alike = [
      '--tensor-parallel-size=1',
      '--data-parallel-size=16',
      '--enable-expert-parallel',
      '--data-parallel-size-local=8',
    ];
    expect([spec.replicas, size]).toEqual([1, 2]);
    expect(ranks).toEqual([
      [...alike, '--data-parallel-address=$(VLLM_HOST_IP)'],
      [...alike, '--data-parallel-address=$(LWS_LEADER_ADDRESS)', '--headless'],
    ]);
  });

  test('the objects of onprem-infiniband that are its own: agents, policies, test of the fabric', () => {
    const [stack] = stacksOf(onprem);
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const own = objects.filter(({ kind, metadata }) => {
      return /^(DaemonSet|Job|Nic\w+)$/.test(kind as string) && metadata.namespace !== 'monitoring';
    });
    expect(own).toMatchSnapshot();
  });
});
