import { Element, parseXml } from '../harness/xml';
import { FACTS, ServiceModel, Shape } from './facts';
import { listOf, parsePolicy, policyRefusals } from './policies';
import { Refusal, refusal, unless } from './refusal';
import { Request, readPart } from './shapes';
import { listRefusals } from './tags';
import { World } from './world';

const NAMES = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html';

/** What S3 says to the making of a bucket, and to a document about one; objects are not looked at. */
export function bucketRefusals(request: Request, world: World, hasPrincipal: (arn: string) => boolean): Refusal[] {
  const { method, path, query, sent } = request;
  const [, bucket, object] = path.split('/');
  if (method !== 'PUT' || object) return [];
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent ?? '');
  const key = /<KMSMasterKeyID>([^<]+)</.exec(text)?.[1];
  return [
    ...unless(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
        !/\.\.|^xn--|^sthree-|-s3alias$|--ol-s3$|^\d+\.\d+\.\d+\.\d+$/.test(bucket),
      'InvalidBucketName',
      `bucket name '${bucket}'`,
      NAMES,
    ),
    ...(/^policy\b/.test(query)
      ? policyRefusals(text, 'resource', hasPrincipal).map(({ reason }) => refusal('MalformedPolicy', reason))
      : contentRefusals(text)),
    ...(/^policy\b/.test(query) ? ofBucket(text, bucket) : documentRefusals(query.split(/[=&]/)[0], text)),
    ...unless(
      key === undefined || world.keyOf(key) !== undefined,
      'InvalidArgument',
      `the KMS key ${key} does not exist`,
    ),
  ];
}

/** A policy of a bucket is about that bucket. */
function ofBucket(text: string, bucket: string): Refusal[] {
  const resources = (parsePolicy(text)?.Statement ?? []).flatMap(({ Resource }) => listOf(Resource) as string[]);
  return resources
    .filter((it) => !/[*?]/.test(it.split(':').slice(5).join(':').split('/')[0]))
    .filter((it) => it.split(':').slice(5).join(':').split('/')[0] !== bucket)
    .map((it) => refusal('MalformedPolicy', `policy has invalid resource: ${it}`));
}

function contentRefusals(text: string): Refusal[] {
  const of = (name: string, from: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(from)?.[1] ?? '';
  const tags = [...text.matchAll(/<Tag>(.*?)<\/Tag>/gs)].map(([, tag]): [string, string] => [
    of('Key', tag),
    of('Value', tag),
  ]);
  const days = [...text.matchAll(/<(?:Noncurrent)?Days(?:AfterInitiation)?>(-?\d+)</g)].map(([, number]) =>
    Number(number),
  );
  return [
    ...(text.includes('<TagSet>') ? listRefusals(tags) : []),
    ...days.flatMap((it) => unless(it > 0, 'InvalidArgument', `'Days' must be a positive integer; got ${it}`)),
  ];
}

/** Checks an XML document by the shape of its operation, which the name in the query says. */
function documentRefusals(name: string, text: string): Refusal[] {
  const model = FACTS.services.s3;
  const found = Object.values(model.operations).find(({ uri }) => (uri.split('?')[1] ?? '') === name);
  if (!found?.input || !text.trimStart().startsWith('<')) return [];
  const input = model.shapes[found.input];
  const payload = input.payload && input.members?.[input.payload];
  if (!payload) return [];
  return readPart('s3', payload.shape, tree(model, model.shapes[payload.shape], parseXml(text)), name).map(
    ({ reason }) => refusal('MalformedXML', reason),
  );
}

/** An element as a tree of the names on the wire, lists where the shape has lists. */
function tree(model: ServiceModel, shape: Shape, element: Element): any {
  if (shape.type !== 'structure') return element.text;
  const members = Object.entries(shape.members ?? {});
  const found: { [name: string]: any } = {};
  for (const child of element.children) {
    const member = members.find(([name, { locationName }]) => (locationName ?? name) === child.name);
    const of = member && model.shapes[member[1].shape];
    if (of?.type === 'list') {
      const item = model.shapes[of.member!.shape];
      const elements = of.flattened ? [child] : child.children;
      found[child.name] = [...(found[child.name] ?? []), ...elements.map((it) => tree(model, item, it))];
    } else found[child.name] = of ? tree(model, of, child) : child.text;
  }
  return found;
}
