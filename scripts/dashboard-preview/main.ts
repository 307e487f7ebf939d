// npm run dashboard-preview -- FILE... --prometheus URL | --results FILE: draws dashboards with what Prometheus answers, into one page.
// A file is the JSON of a dashboard, or a synthesized stack (cdktf.out/stacks/NAME/cdk.tf.json), of which all dashboards are drawn.
// --record FILE keeps the answers, which --results draws again; --hours 3 is the range; --variable model=chat chooses; --out page.html.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DashboardJson } from '../../lib/monitoring/grafana/dashboards/dashboard-json';
import { answered } from './answers';
import { emptyPanels, previewPage } from './render';
import { fromPrometheus, fromRecording, Recording, recording } from './sources';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prometheus: { type: 'string' },
    results: { type: 'string' },
    record: { type: 'string' },
    hours: { type: 'string', default: '3' },
    variable: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'dashboards.html' },
  },
});

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Dashboards in a value: itself, or the files of ConfigMaps in a synthesized stack. */
function dashboardsIn(value: unknown): DashboardJson[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray((value as DashboardJson).panels)) return [value as DashboardJson];
  const maps = (value as { resource?: { kubernetes_config_map_v1?: { [id: string]: { data?: object } } } }).resource;
  return Object.values(maps?.kubernetes_config_map_v1 ?? {})
    .flatMap(({ data = {} }) => Object.entries(data))
    .filter(([name]) => name.endsWith('.json'))
    .flatMap(([, text]) => dashboardsIn(JSON.parse(String(text).replace(/([$%])\1\{/g, '$1{'))));
}

async function main(): Promise<void> {
  const dashboards = positionals.map(read).flatMap(dashboardsIn);
  if (dashboards.length === 0) throw new Error('name a file with a dashboard, or a synthesized stack that has some');
  const kept: Recording = { series: {}, queries: {} };
  const source =
    values.prometheus !== undefined
      ? fromPrometheus(values.prometheus, { hours: Number(values.hours) })
      : values.results !== undefined
        ? fromRecording(read(values.results) as Recording)
        : undefined;
  if (!source) throw new Error('name a Prometheus with --prometheus URL, or recorded answers with --results FILE');
  const wanted = Object.fromEntries(values.variable.map((text) => text.split(/=(.*)/s).slice(0, 2)));
  const answers = [];
  for (const dashboard of dashboards) answers.push(await answered(dashboard, recording(source, kept), wanted));
  if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(values.out, previewPage(answers));
  const panels = answers.flatMap((one) => one.panels).length;
  const empty = emptyPanels(answers);
  console.log(`${values.out}: ${dashboards.length} dashboards, ${panels} panels, ${empty.length} without data`);
  for (const name of empty) console.log(`  no data: ${name}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
