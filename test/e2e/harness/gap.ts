import { Exchange, Value } from './exchange';
import { Element, parseXml, writeXml } from './xml';

/** What a gap has to hold on to: what was sent, by a key that later answers name the same thing with. */
export type Memory = Map<string, Value>;

/**
 * Something that the provider sends and the emulator does not keep. It is remembered from the request and written back into later
 * answers, so that the provider finds what it asked for and a second plan is empty.
 */
export interface Gap {
  readonly id: string;
  /** Called with every successful exchange: remembers what was sent. */
  remember(exchange: Exchange, memory: Memory): void;
  /** Called with every successful exchange: writes into its answer. Returns how many times it did. */
  restore(exchange: Exchange, memory: Memory): number;
  /** Called with every request: what the emulator is sent in its place, as JSON, where it refuses what AWS takes. @default - the same */
  instead?(request: Pick<Exchange, 'service' | 'method' | 'path' | 'sent'>): Value;
  /** Called with a request that the emulator has no operation for: what AWS answers, as JSON. @default - nothing is answered */
  answer?(exchange: Exchange, memory: Memory): Value;
}

/** A top-level field of an EKS resource. */
export interface EksField {
  readonly id: string;
  /** What answers call the resource. */
  readonly resource: 'cluster' | 'nodegroup';
  readonly field: string;
  /** What an answer holds for what was sent. @default - the same */
  readonly answer?: (sent: Value, resource: Value) => Value;
}

const EKS_CREATE = { cluster: /^\/clusters$/, nodegroup: /^\/clusters\/[^/]+\/node-groups$/ };

/** A gap in what the emulator keeps of an EKS cluster or node group. */
export function eksGap({ id, resource, field, answer = (sent) => sent as Value }: EksField): Gap {
  const keyOf = (value: Value) =>
    resource === 'cluster' ? String(value.name) : `${value.clusterName as string}/${value.nodegroupName as string}`;
  return {
    id,
    remember(exchange, memory) {
      if (exchange.service !== 'eks' || exchange.method !== 'POST' || !EKS_CREATE[resource].test(exchange.path)) return;
      const created = JSON.parse(exchange.answer)[resource];
      memory.delete(keyOf(created));
      if (exchange.sent[field] !== undefined) memory.set(keyOf(created), exchange.sent[field]);
    },
    restore(exchange, memory) {
      if (exchange.service !== 'eks' || !exchange.answer.startsWith('{')) return 0;
      const body = JSON.parse(exchange.answer);
      const described = body[resource];
      if (!described || described[field] !== undefined || !memory.has(keyOf(described))) return 0;
      described[field] = answer(memory.get(keyOf(described)), described);
      exchange.answer = JSON.stringify(body);
      return 1;
    },
  };
}

/** Part of an EC2 resource. */
export interface Ec2Part {
  readonly id: string;
  /** Actions that send it, when it is made and when it is changed. */
  readonly creates: readonly string[];
  /** Actions whose answers hold it. */
  readonly describes: readonly string[];
  /** The value sent, or undefined when the request does not have it. */
  readonly sent: (request: Value) => Value;
  /** The key of what an action made or changed. */
  readonly createdKey: (answer: Element, request: Value) => string;
  /** The resources of an answer, by key. */
  readonly resources: (answer: Element) => [string, Element][];
  /** Writes the value into a resource. */
  readonly write: (resource: Element, sent: Value) => void;
}

/** A gap in what the emulator keeps of an EC2 resource. */
export function ec2Gap(part: Ec2Part): Gap {
  return {
    id: part.id,
    remember(exchange, memory) {
      if (exchange.service !== 'ec2' || !part.creates.includes(exchange.action)) return;
      const value = part.sent(exchange.sent);
      if (value !== undefined) memory.set(part.createdKey(parseXml(exchange.answer), exchange.sent), value);
    },
    restore(exchange, memory) {
      if (exchange.service !== 'ec2' || !part.describes.includes(exchange.action)) return 0;
      const root = parseXml(exchange.answer);
      const known = part.resources(root).filter(([key]) => memory.has(key));
      for (const [key, resource] of known) part.write(resource, memory.get(key));
      if (known.length > 0) exchange.answer = writeXml(root);
      return known.length;
    },
  };
}
