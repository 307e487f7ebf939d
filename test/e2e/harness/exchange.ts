/** A value of a query-protocol request or a JSON body. */
export type Value = any;

/** One request of the AWS provider, and what it was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** What follows the question mark, e.g. `policy`. */
  readonly query: string;
  /** Service of the signature, e.g. `ec2`. */
  readonly service: string;
  readonly region: string;
  /** Action of the query and JSON protocols, else method and path. */
  readonly action: string;
  /** What was sent: the parameters of a query as a tree (`Tag.1.Key` is `Tag[0].Key`), a JSON body, or text. */
  readonly sent: Value;
  status: number;
  answer: string;
  /** Bytes of the body that the emulator answered with. @default - it was not asked */
  readonly bytes?: number;
}

/** Reads what a request is from its raw form. */
export function describeRequest(method: string, url: string, headers: NodeJS.Dict<string | string[]>, body: Buffer) {
  // The streamer of weights asks for whole URLs, as of a proxy.
  const [path, query = ''] = url.replace(/^https?:\/\/[^/]+/, '').split('?');
  const [, region = '', service = ''] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(String(headers.authorization)) ?? [];
  const type = String(headers['content-type'] ?? '');
  const target = headers['x-amz-target'];
  const text = type.includes('json') || type.includes('urlencoded') ? body.toString('utf8') : '';
  if (type.includes('urlencoded')) {
    const parameters = Object.fromEntries(new URLSearchParams(text));
    return {
      method,
      path,
      query,
      service,
      region,
      action: parameters.Action ?? `${method} ${path}`,
      sent: parameterTree(parameters),
    };
  }
  // A document of S3 is text of one kind or another; what is stored in a bucket is not looked at.
  const isDocument = service === 's3' && query !== '' && !query.includes('partNumber');
  const sent = text ? (JSON.parse(text) as Value) : isDocument ? body.toString('utf8') : undefined;
  const action = typeof target === 'string' ? target.replace(/^.*\./, '') : `${method} ${path}`;
  return { method, path, query, service, region, action, sent };
}

/** Turns flat names with positions into a tree: `{ 'Tag.1.Key': 'a' }` becomes `{ Tag: [{ Key: 'a' }] }`. */
export function parameterTree(flat: { readonly [name: string]: string }): Value {
  const tree: { [name: string]: Value } = {};
  for (const [name, value] of Object.entries(flat)) {
    const keys = name.split('.');
    keys.slice(0, -1).reduce<Value>((node, key) => (node[key] ??= {}), tree)[keys[keys.length - 1]] = value;
  }
  return withLists(tree);
}

function withLists(node: Value): Value {
  if (typeof node !== 'object') return node;
  const keys = Object.keys(node);
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => withLists(node[key]));
  }
  return Object.fromEntries(keys.map((key) => [key, withLists(node[key])]));
}
