import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { tableText } from '../units/text-table';
import { nameClass } from '../units/own-class';
import { CapacityPlan } from './capacity-plan';
import { CapacityRequest, NodeNetwork } from './capacity-request';
import { NETWORK_ASSUMPTIONS } from './collective-model';

/**
 * The same plan for nodes that reach each other by RDMA, and for nodes that do by TCP.
 */
export class NetworkComparison {
  /** @internal */
  public static _of(request: CapacityRequest, plan: (request: CapacityRequest) => CapacityPlan): NetworkComparison {
    throwIfFaulty(requestFaults(request));
    const [rdma, tcp] = [NodeNetwork.RDMA, NodeNetwork.TCP].map((network) => plan({ ...request, network }));
    throwIfFaulty(planFaults(rdma));
    return new NetworkComparison(rdma, tcp);
  }

  /** The plan with RDMA between nodes. */
  public readonly rdma: CapacityPlan;
  /** The plan with TCP between nodes. */
  public readonly tcp: CapacityPlan;

  private constructor(rdma: CapacityPlan, tcp: CapacityPlan) {
    this.rdma = rdma;
    this.tcp = tcp;
  }

  /** Share of the time between two tokens by TCP that RDMA saves, 0 to 1. */
  public get tokenTimeSaved(): number {
    return 1 - this.rdma.decodeLatencyMs / this.tcp.decodeLatencyMs;
  }

  /** Share of the time to the first token by TCP that RDMA saves, 0 to 1. */
  public get firstTokenTimeSaved(): number {
    return 1 - this.rdma.timeToFirstTokenMs / this.tcp.timeToFirstTokenMs;
  }

  /** Both side by side, what RDMA saves, and what that rests on, as text. */
  public explain(): string {
    const { rdma, tcp } = this;
    const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
    const row = (what: string, of: (plan: CapacityPlan) => number, unit: string, saved = '') => [
      what,
      `${of(rdma).toFixed(1)} ${unit}`,
      `${of(tcp).toFixed(1)} ${unit}`,
      saved,
    ];
    const { model, instanceType, parallelism, precision } = rdma;
    return [
      `${model} in ${precision} on ${rdma.nodes} × ${instanceType.name}, ${parallelism}:`,
      tableText(
        ['', 'RDMA', 'TCP', 'RDMA saves'],
        [
          row('between two tokens', (plan) => plan.decodeLatencyMs, 'ms', percent(this.tokenTimeSaved)),
          row('to the first token', (plan) => plan.timeToFirstTokenMs, 'ms', percent(this.firstTokenTimeSaved)),
          row('tokens of all requests', (plan) => plan.outputTokensPerSecond, '/s'),
        ],
      ),
      ['Assumed:', ...NETWORK_ASSUMPTIONS.map((each) => `- ${each}`)].join('\n'),
    ].join('\n\n');
  }
}

nameClass('NetworkComparison', NetworkComparison);

function requestFaults({ network, instanceType }: CapacityRequest): Fault[] {
  const faults: Fault[] = [];
  if (network !== undefined)
    faults.push(
      fault('CONFLICTING_PROPERTIES', 'network', `network is '${network}', but both are compared; leave it out`),
    );
  if (!instanceType.rdma) {
    const reason = `${instanceType.name} has no RDMA, so there is nothing to compare; describe hardware with rdma: true, or plan it by itself`;
    faults.push(fault('EDGE_HARDWARE_LACKS_FEATURE', 'instanceType', reason));
  }
  return faults;
}

function planFaults({ nodes, replicas, parallelism, instanceType }: CapacityPlan): Fault[] {
  if (nodes > replicas) return [];
  const reason = `${parallelism} stays within a node of ${instanceType.name}, and no network is used; give a parallelism of more than ${instanceType.gpuCount} GPUs`;
  return [fault('OUT_OF_RANGE', 'parallelism', reason)];
}
