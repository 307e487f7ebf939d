import { PlanFacts } from './plan-fields';
import { vllmServeArguments } from './vllm-serve-arguments';
import { MemoryPerGpu, Alternative } from './plan-parts';
import { summaryOf } from './plan-summary';

/**
 * The largest part of the memory.
 *
 * @internal
 */
export function largestPart(memory: MemoryPerGpu): string {
  const parts: [string, number][] = [
    ['weights', memory.weights.bytes],
    ['key-value cache', memory.kvCache.bytes],
    ['activations', memory.activations.bytes],
    ['runtime', memory.runtime.bytes],
  ];
  const [name, bytes] = parts.reduce((most, part) => (part[1] > most[1] ? part : most));
  return `${name} (${((100 * bytes) / memory.total.bytes).toFixed(0)} %)`;
}

/**
 * An alternative in words.
 *
 * @internal
 */
export function alternativeText(alternative: Alternative): string {
  const price = alternative.pricePerHour === undefined ? '' : `, ${alternative.pricePerHour} per hour`;
  return `${alternative.change} (${alternative.nodes} × ${alternative.instanceType.name}, ${alternative.parallelism}${price})`;
}

/** The shortfall, and the largest part of the memory. */
function shortfall(facts: PlanFacts): string[] {
  if (facts.fits) return [];
  const missing = facts.shortfallPerGpu ? `short by ${facts.shortfallPerGpu} per GPU` : 'the host memory is short';
  return [
    `Does not fit: ${missing}; largest part: ${largestPart(facts.memoryPerGpu)}.`,
    facts.alternatives.length === 0 ? 'No alternative was found in the catalog.' : 'Alternatives, each checked to fit:',
    ...facts.alternatives.map((way) => `  - ${alternativeText(way)}`),
  ];
}

/**
 * A plan in words.
 *
 * @internal
 */
export function explainText(facts: PlanFacts): string {
  const lines = [summaryOf(facts), ''];
  for (const figure of facts.figures) {
    lines.push(`${figure.name}: ${figure.value}`);
    lines.push(`  = ${figure.formula}`);
    lines.push(`  from ${figure.inputs}`);
    lines.push(`  evidence: ${figure.evidence}; error: ${figure.errorBand}`);
  }
  lines.push(...engineLine(facts), ...shortfall(facts), ...facts.warnings.map((warning) => `Warning: ${warning}`));
  return lines.join('\n');
}

/**
 * A plan as Markdown.
 *
 * @internal
 */
export function explainMarkdown(facts: PlanFacts): string {
  const cell = (text: string) => text.replace(/\|/g, '\\|');
  const rows = facts.figures.map(
    (f) => `| ${[f.name, f.value, f.formula, f.inputs, f.evidence, f.errorBand].map(cell).join(' | ')} |`,
  );
  return [
    `## ${summaryOf(facts)}`,
    '',
    '| figure | value | formula | inputs | evidence | error |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...[...engineLine(facts), ...shortfall(facts)].map((line) => line.replace(/^ {2}/, '')),
    ...facts.warnings.map((warning) => `- Warning: ${warning}`),
    '',
  ].join('\n');
}

function engineLine(facts: PlanFacts): string[] {
  return [
    `Engine: ${facts.engine.name}; factors: ${facts.engine.provenance}.`,
    ...serveLines(facts),
    ...limitLine(facts),
    ...windowLine(facts),
    ...formatLine(facts),
  ];
}

/** What a plan of several nodes or ranks leaves out, with which others run such models. */
function limitLine({ parallelism, nodes }: PlanFacts): string[] {
  if (parallelism.attentionRanks === 1 && nodes <= parallelism.replicas) return [];
  return [
    'Limit: prompts and answers are computed by the same GPUs; pools of their own for each (disaggregated prefill and decode) are not planned, see ' +
      'docs/expert-parallelism.md.',
  ];
}

/** What an attention window leaves out. */
function windowLine({ attentionWindow, contextLength }: PlanFacts): string[] {
  if (attentionWindow === undefined) return [];
  return [
    `Attention: every layer sees the last ${attentionWindow} of up to ${contextLength} tokens (attentionWindow); what is further back does not count for ` +
      'answers.',
  ];
}

/** How vLLM starts data-parallel ranks, on each of two nodes at most: those after are like the second. */
function serveLines(facts: PlanFacts): string[] {
  const { parallelism, instanceType, engine } = facts;
  const nodes = Math.ceil(parallelism.gpusPerReplica / instanceType.gpuCount);
  if (parallelism.attentionRanks === 1 || !engine._isVllm || parallelism.attentionRanks % nodes !== 0) return [];
  return Array.from({ length: Math.min(2, nodes) }, (_, node) => {
    const where = nodes === 1 ? '' : ` on node ${node} of ${nodes}`;
    return `Start${where}: vllm serve MODEL ${vllmServeArguments(facts, node, 'LEADER_ADDRESS').join(' ')}`;
  });
}

/** The format that a file was read to be in, and that the weights are in another; both 16-bit formats count as one. */
function formatLine({ model, precision }: PlanFacts): string[] {
  const { publishedPrecision: published, publishedFrom: from, name } = model;
  const planned = `Format: planned in ${precision.name}`;
  if (!published) return from === undefined ? [] : [`${planned}; of ${name} it is not known: ${from} states one.`];
  const source = from === undefined ? '' : `, by ${from}`;
  if (published.name !== precision.name && (published.bits !== 16 || precision.bits !== 16))
    return [`${planned}; ${name} is published in ${published.name}${source}.`];
  if (from === undefined) return [];
  const beside = published.quantized ? '' : '; a checkpoint with an hf_quant_config.json is read with that file';
  return [`${planned}, as ${name} is published${source}${beside}.`];
}
