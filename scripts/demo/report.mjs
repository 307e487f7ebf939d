// What the demo prints: tables of what stands.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { parse } = require('yaml');

const PLACEMENT_SECONDS = 60;

/** Prints a table. */
export function table(title, head, rows) {
  console.log(title);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => String(row[column] ?? '').length)));
  for (const row of [head, ...rows]) {
    console.log(`  ${row.map((cell, column) => String(cell ?? '').padEnd(widths[column])).join('  ')}`.trimEnd());
  }
  console.log('');
}

/** Name, instance type, nodes and status of each node group, as AWS has them. */
export async function nodeGroups(aws, cluster, nodes) {
  const names = (await aws.get('eks', `/clusters/${cluster}/node-groups`)).nodegroups.sort();
  return Promise.all(
    names.map(async (name) => {
      const { nodegroup } = await aws.get('eks', `/clusters/${cluster}/node-groups/${name}`);
      const own = nodes.filter(({ labels }) => labels['eks.amazonaws.com/nodegroup'] === name);
      const { minSize, maxSize } = nodegroup.scalingConfig;
      return [name, own[0]?.instanceType ?? '-', `${own.length} (${minSize} to ${maxSize})`, nodegroup.status];
    }),
  );
}

/** Every pod with its node, once the scheduler has judged all of them or a minute has passed. */
export async function placedPods(kube) {
  const judged = (pod) => pod.spec.nodeName || pod.status.conditions?.some(({ reason }) => reason === 'Unschedulable');
  const deadline = Date.now() + PLACEMENT_SECONDS * 1000;
  let before = '';
  for (;;) {
    const pods = await kube.list('v1', 'Pod');
    const now = pods.map((pod) => `${pod.metadata.name} ${pod.spec.nodeName}`).join();
    // Unchanged for two seconds: the controllers have made the pods they were going to make.
    if ((pods.length > 0 && pods.every(judged) && now === before) || Date.now() > deadline) {
      return pods
        .map(({ metadata, spec, status }) => [
          metadata.namespace,
          metadata.name,
          spec.nodeName ?? reasonOf(status),
          status.phase,
        ])
        .sort((a, b) => `${a}`.localeCompare(`${b}`));
    }
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function reasonOf(status) {
  return `none: ${status.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? 'not scheduled yet'}`;
}

/** Name, duration, severity and expression of each alert that Prometheus is configured with. */
export async function alertRules(kube) {
  const maps = await kube.list('v1', 'ConfigMap');
  const documents = maps
    .flatMap(({ data = {} }) => Object.values(data))
    .filter((text) => /^[\s{-]*"?alert"?:/m.test(text));
  return documents
    .flatMap((text) => parse(text).groups ?? [])
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert)
    .map(({ alert, for: duration, labels, expr }) => [
      alert,
      duration ?? '0s',
      labels?.severity ?? '-',
      expr.replace(/\s+/g, ' '),
    ]);
}
