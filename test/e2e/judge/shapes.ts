import { FACTS, ServiceModel, Shape, ShapeReference } from './facts';
import { Refusal, refusal } from './refusal';

/** What is judged: what a client sent, by the names of its service. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly service: string;
  readonly region: string;
  readonly action: string;
  readonly sent: any;
}

/** A request as its service reads it. */
export interface Call {
  readonly operation: string;
  /** Parameters by the names of the model, numbers and booleans as such. */
  readonly input: any;
  readonly refusals: readonly Refusal[];
}

/**
 * Reads a request by the model of its service, and checks it as the service does before anything else: unknown and missing parameters,
 * types, enumerations, patterns, and lengths. Undefined where the request changes nothing, or its service has no model here.
 */
export function read(request: Request): Call | undefined {
  const model = FACTS.services[request.service];
  if (!model) return undefined;
  const found = operationOf(model, request);
  if (!found) {
    if (/^(Describe|List|Get|Search|Lookup|BatchGet|Head)/.test(request.action) || request.method === 'GET')
      return undefined;
    const known = 'add it to test/e2e/tools/record-aws-facts.py';
    return {
      operation: request.action,
      input: {},
      refusals: [refusal('NoModel', `no model of ${request.service} ${request.action} is recorded: ${known}`)],
    };
  }
  const { input: name } = model.operations[found.operation];
  if (!name) return { operation: found.operation, input: {}, refusals: [] };
  const reader = new Reader(model);
  const input = reader.structure(model.shapes[name], { ...request.sent, ...found.labels }, '');
  return { operation: found.operation, input, refusals: reader.refusals };
}

/** Reads a part of a request that is there as a tree of the names on the wire, and checks it by its shape. */
export function readPart(service: string, shape: string, sent: any, at: string): readonly Refusal[] {
  const model = FACTS.services[service];
  const reader = new Reader(model);
  reader.structure(model.shapes[shape], sent, at);
  return reader.refusals;
}

function operationOf(model: ServiceModel, request: Request) {
  if (model.protocol !== 'rest-json') {
    return model.operations[request.action] ? { operation: request.action, labels: {} } : undefined;
  }
  for (const [operation, { method, uri }] of Object.entries(model.operations)) {
    if (method !== request.method) continue;
    const names = [...uri.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
    const pattern = new RegExp(`^${uri.split('?')[0].replace(/\{\w+\+?\}/g, '([^/]+)')}$`);
    const values = pattern.exec(request.path)?.slice(1);
    if (values) {
      return { operation, labels: Object.fromEntries(names.map((it, at) => [it, decodeURIComponent(values[at])])) };
    }
  }
  return undefined;
}

/** Parameters that every query has beside those of its operation. */
const ENVELOPE = new Set(['Action', 'Version']);

class Reader {
  public readonly refusals: Refusal[] = [];

  public constructor(private readonly model: ServiceModel) {}

  public structure(shape: Shape, sent: any, at: string): any {
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return this.wrong(at, 'an object', sent);
    const members = Object.entries(shape.members ?? {});
    const wireNames = new Map(members.map(([name, reference]) => [this.wireName(name, reference), name]));
    for (const name of Object.keys(sent)) {
      if (wireNames.has(name) || (at === '' && ENVELOPE.has(name) && this.isQuery)) continue;
      this.refuse('UnknownParameter', `${dotted(at, name)} is not a parameter`);
    }
    const read: any = {};
    for (const [wire, name] of wireNames) {
      if (sent[wire] === undefined || sent[wire] === null) continue;
      read[name] = this.value(shape.members![name].shape, sent[wire], dotted(at, name));
    }
    for (const name of shape.required ?? []) {
      const location = shape.members![name].location;
      if (read[name] === undefined && location !== 'querystring' && location !== 'header') {
        this.refuse('MissingParameter', `${dotted(at, name)} is required`);
      }
    }
    return read;
  }

  private get isQuery(): boolean {
    return ['ec2', 'query', 'rest-xml'].includes(this.model.protocol);
  }

  private wireName(name: string, { queryName, locationName }: ShapeReference): string {
    if (this.model.protocol !== 'ec2') return locationName ?? name;
    const wire = queryName ?? locationName ?? name;
    return wire[0].toUpperCase() + wire.slice(1);
  }

  private value(name: string, sent: any, at: string): any {
    const shape = this.model.shapes[name];
    switch (shape.type) {
      case 'structure':
        return this.structure(shape, sent, at);
      case 'list':
        return this.list(shape, sent, at);
      case 'map':
        return this.map(shape, sent, at);
      case 'string':
        return this.string(shape, sent, at);
      case 'blob':
      case 'timestamp':
        return sent;
      case 'boolean':
        if (this.isQuery && (sent === 'true' || sent === 'false')) return sent === 'true';
        return typeof sent === 'boolean' ? sent : this.wrong(at, 'a boolean', sent);
      default:
        return this.number(shape, sent, at);
    }
  }

  private list(shape: Shape, sent: any, at: string): any {
    // An empty list of a query is an empty text.
    const wrapped = this.model.protocol === 'query' && !shape.flattened ? sent?.member : sent;
    const items = this.isQuery && (sent === '' || wrapped === '') ? [] : wrapped;
    if (!Array.isArray(items)) return this.wrong(at, 'a list', sent);
    this.bounds(shape, items.length, `${at} has ${items.length} items`);
    return items.map((item, index) => this.value(shape.member!.shape, item, `${at}[${index}]`));
  }

  private map(shape: Shape, sent: any, at: string): any {
    if (typeof sent !== 'object' || Array.isArray(sent)) return this.wrong(at, 'a map', sent);
    const entries = this.isQuery ? ((sent.entry ?? []) as any[]).map((it) => [it.key, it.value]) : Object.entries(sent);
    this.bounds(shape, entries.length, `${at} has ${entries.length} entries`);
    return Object.fromEntries(
      entries.map(([key, value]) => [
        this.value(shape.key!.shape, key, `${at} (key)`),
        this.value(shape.value!.shape, value, dotted(at, key)),
      ]),
    );
  }

  private string(shape: Shape, sent: any, at: string): any {
    if (typeof sent !== 'string') return this.wrong(at, 'text', sent);
    if (shape.enum && !shape.enum.includes(sent)) {
      const few = shape.enum.length <= 30 ? `: ${shape.enum.join(', ')}` : '';
      this.refuse(
        'InvalidParameterValue',
        `${at} is '${sent}', which is none of its ${shape.enum.length} values${few}`,
      );
    }
    this.bounds(shape, [...sent].length, `${at} has ${[...sent].length} characters`);
    const pattern = shape.pattern && regularExpression(shape.pattern);
    if (pattern && !pattern.test(sent)) {
      this.refuse('InvalidParameterValue', `${at} is '${sent}', which does not match ${shape.pattern}`);
    }
    return sent;
  }

  private number(shape: Shape, sent: any, at: string): any {
    const value = this.isQuery && typeof sent === 'string' && sent.trim() !== '' ? Number(sent) : sent;
    const isInteger = shape.type === 'integer' || shape.type === 'long';
    if (typeof value !== 'number' || Number.isNaN(value) || (isInteger && !Number.isInteger(value))) {
      return this.wrong(at, isInteger ? 'an integer' : 'a number', sent);
    }
    this.bounds(shape, value, `${at} is ${value}`);
    return value;
  }

  private bounds({ min, max }: Shape, value: number, what: string): void {
    if (min !== undefined && value < min) this.refuse('InvalidParameterValue', `${what}; at least ${min}`);
    if (max !== undefined && value > max) this.refuse('InvalidParameterValue', `${what}; at most ${max}`);
  }

  private wrong(at: string, wanted: string, sent: any): undefined {
    this.refuse('InvalidParameterType', `${at} must be ${wanted}; got ${JSON.stringify(sent)}`);
    return undefined;
  }

  private refuse(code: string, reason: string): void {
    this.refusals.push(refusal(code, reason));
  }
}

function dotted(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

/** Patterns are those of Java; one that is not also JavaScript's is left out. */
function regularExpression(pattern: string): RegExp | undefined {
  const translated = pattern.replace(/\\p\{Z\}/g, '\\p{Z}').replace(/\[\\w\+=,\.@-\]/g, '[\\w+=,.@\\-]');
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${translated})$`, flags);
    } catch {
      // The next flags, or none.
    }
  }
  return undefined;
}
