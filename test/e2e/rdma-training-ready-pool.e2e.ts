import { App } from 'cdktf';
import { RdmaTrainingReadyPool, RdmaTrainingReadyPoolProps } from '../../examples/rdma-training-ready-pool/stack';
import { describeWith } from './harness/needs';
import { plainName } from './harness/nodes';
import { poolsOf, running } from './harness/pods';
import { interfaceWords, poolRequests } from './harness/pool-requests';
import { until } from './harness/process';
import { Site } from './harness/site';

const REGION = 'us-west-2';
const CLUSTER = 'training';
const POOL = 'p5-block';

/** As in the example's main.ts. */
const PROPS: RdmaTrainingReadyPoolProps = {
  block: {
    reservationId: 'cr-02168da1478b509e0',
    availabilityZone: 'us-west-2b',
    start: '2031-01-11T11:30:00Z',
    end: '2031-01-25T11:30:00Z',
    instances: 4,
    alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu-capacity',
  },
  image: 'nvcr.io/nvidia/pytorch:25.10-py3',
};

const describeSite = (app: App) => new RdmaTrainingReadyPool(app, PROPS);

describeWith(['terraform', 'emulator', 'controlPlane'], 'examples/rdma-training-ready-pool', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('rdma-training-ready-pool');
    before = await site.inventory(REGION);
  });

  afterAll(() => site?.stop());

  const nodes = async () => (await site.kube.list('v1', 'Node')).map(({ metadata }) => plainName(metadata.name)).sort();
  const isGone = async () => (await site.pods('gpu-node-agents')).length === 0;

  test('applies from nothing, weeks before the block begins', async () => {
    console.log(`the Kubernetes half went by ${await site.apply(describeSite)}`);
    expect(await nodes()).toEqual(['system-0', 'system-1']);
    expect(await site.pods('gpu-node-agents')).toEqual([]);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeSite)).toEqual([]);
  });

  test('asked for the block in all its places, in one subnet, with the 32 EFA interfaces of p5', () => {
    const request = poolRequests(site.proxy).get(POOL)!;
    expect(request.nodeGroup).toMatchObject({ capacityType: 'CAPACITY_BLOCK', subnets: [expect.any(String)] });
    expect(request.nodeGroup.instanceTypes).toBeUndefined();
    expect(request.nodeGroup.scalingConfig).toEqual({ minSize: 0, maxSize: 4, desiredSize: 0 });
    expect(request.launchTemplate).toMatchObject({
      InstanceType: 'p5.48xlarge',
      InstanceMarketOptions: { MarketType: 'capacity-block' },
      CapacityReservationSpecification: {
        CapacityReservationTarget: { CapacityReservationId: PROPS.block.reservationId },
      },
    });
    const words = interfaceWords(request);
    expect(words.filter((word) => word.endsWith('=efa-only'))).toHaveLength(32);
    expect(words[0]).toBe('0/0=interface');
  });

  /** What Auto Scaling would do at the time of a scheduled action: it takes the number of nodes that the action says. */
  const comeTrue = async (name: string) => {
    const actions = site.proxy.requests('PutScheduledUpdateGroupAction');
    // The time stands in the name too.
    const action = actions.filter((it) => (it.ScheduledActionName as string).startsWith(name)).pop();
    const group = poolRequests(site.proxy).get(POOL)!.nodeGroup.nodegroupName as string;
    await site.scale(REGION, CLUSTER, group, Number(action.DesiredCapacity));
  };

  test('has its nodes, agents and images when the block begins', async () => {
    await comeTrue('capacity-block-start');
    expect(await nodes()).toEqual([`${POOL}-0`, `${POOL}-1`, 'system-0', 'system-1']);
    const agents = await running(site.kube, 'gpu-node-agents', 6);
    const images = await running(site.kube, 'inference', 2);
    const owners = [...agents, ...images].map(({ metadata }) => metadata.ownerReferences[0].name as string);
    const each = ['dcgm-exporter', 'efa-device-plugin', 'nvidia-device-plugin', 'warm-images'];
    expect(owners.sort()).toEqual(each.flatMap((name) => [name, name]));
    expect(await poolsOf(site.kube, [...agents, ...images])).toEqual(Array(8).fill(POOL));
    expect(new Set(images.map(({ spec }) => spec.nodeName as string)).size).toBe(2);
    const offered = async () => {
      const list = (await site.kube.list('v1', 'Node')).filter(({ metadata }) => metadata.name.startsWith(POOL));
      return list.map(({ status: { allocatable } }) => [
        allocatable['nvidia.com/gpu'],
        allocatable['vpc.amazonaws.com/efa'],
        allocatable.pods,
      ]);
    };
    const whole = ['8', '32', '51'];
    await until(async () => JSON.stringify(await offered()) === JSON.stringify([whole, whole]), 60, 'the devices');
  });

  test('leaves the number of nodes to Auto Scaling', async () => {
    expect(await site.plan(describeSite)).toEqual([]);
    await site.apply(describeSite);
    expect(await nodes()).toContain(`${POOL}-1`);
  });

  test('is drained before the block ends', async () => {
    await comeTrue('capacity-block-drain');
    expect(await nodes()).toEqual(['system-0', 'system-1']);
    // Pods of a node that is gone are collected after 40 s of quarantine, in rounds of 20 s.
    await until(isGone, 120, 'the end of the agents');
    expect(await site.plan(describeSite)).toEqual([]);
  });

  test('sent what the stand-in does not keep', () => {
    expect(site.proxy.sentOf('node group: updated in place')).toHaveLength(1);
    expect(site.proxy.sentOf('node group: node repair')).toEqual([expect.objectContaining({ enabled: true })]);
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    await site.destroy(describeSite);
    expect(await site.inventory(REGION)).toEqual(before);
    expect(await site.kube.list('apps/v1', 'DaemonSet')).toEqual([]);
  });
});
