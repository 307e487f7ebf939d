import { PanelJson } from '../../lib/monitoring/grafana/dashboards/dashboard-json';
import { AnsweredDashboard, AnsweredPanel, AnsweredQuery, AnsweredSeries } from './answers';
import { chart, Line } from './chart';
import { formatted } from './format';
import { escaped, STYLE } from './html';

/** What panels say of how they are drawn, beside what `DashboardJson` has. */
interface DrawnPanel extends PanelJson {
  readonly fieldConfig?: {
    readonly defaults?: {
      readonly unit?: string;
      readonly thresholds?: Thresholds;
      readonly custom?: { readonly axisSoftMax?: number };
    };
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: {
      readonly renameByName?: { readonly [name: string]: string };
      readonly indexByName?: { readonly [name: string]: number };
    };
  }[];
}

interface Thresholds {
  readonly steps?: readonly { readonly value: number | null; readonly color: string }[];
}

/** Colors as Grafana names them. */
const COLORS: { readonly [name: string]: string } = {
  green: '#73bf69',
  yellow: '#f2cc0c',
  red: '#f2495c',
  blue: '#5794f2',
};
const PALETTE = ['#73bf69', '#f2cc0c', '#b877d9', '#ff9830', '#56a64b', '#ff7383', '#37872d', '#e0b400', '#1f60c4'];

/**
 * A page that shows dashboards with what their queries were answered. It needs no network and nothing beside itself.
 *
 * @param dashboards the dashboards with their answers
 */
export function previewPage(dashboards: readonly AnsweredDashboard[]): string {
  const links = dashboards.map(
    ({ dashboard: { uid = '', title = '' } }) => `<a href="#${escaped(uid)}">${escaped(title)}</a>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dashboards</title>',
    `<style>${STYLE}</style></head><body><nav>${links.join('')}</nav>`,
    ...dashboards.map(section),
    '</body></html>',
    '',
  ].join('\n');
}

/** The panels of dashboards that have no data, as `dashboard / panel`. */
export function emptyPanels(dashboards: readonly AnsweredDashboard[]): string[] {
  return dashboards.flatMap(({ dashboard, panels }) =>
    panels
      .filter(({ queries }) => queries.length > 0 && queries.every(({ series }) => series.length === 0))
      .map(({ panel }) => `${dashboard.title} / ${panel.title}`),
  );
}

function section({ dashboard, chosen, panels }: AnsweredDashboard): string {
  const choices = Object.entries(chosen).map(([name, value]) => `${name}: ${value}`);
  const answers = new Map(panels.map((answer) => [answer.panel, answer]));
  const all = (dashboard.panels ?? []).flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return [
    `<section id="${escaped(dashboard.uid ?? '')}"><h1>${escaped(dashboard.title ?? '')}</h1>`,
    `<p>${escaped(dashboard.description ?? '')}</p><p>${escaped(choices.join(' · '))}</p><div class="grid-of-panels">`,
    ...all.map((panel) => {
      const answer = answers.get(panel);
      return answer ? card(answer) : `<h2>${escaped(panel.title ?? '')}</h2>`;
    }),
    '</div></section>',
  ].join('\n');
}

function card(answer: AnsweredPanel): string {
  const { panel, queries } = answer;
  const empty = queries.every(({ series }) => series.length === 0);
  const body = empty ? '<div class="empty">no data</div>' : content(panel, queries);
  const sent = queries.map(({ sent: text }) => text).join('\n\n');
  return (
    `<div class="panel" style="grid-column: span ${panel.gridPos?.w ?? 12}"><h3>${escaped(panel.title ?? '')}</h3>${body}` +
    `<details><summary>${escaped((panel.description ?? '').split('\n')[0] || 'queries')}</summary>` +
    `<pre>${escaped([panel.description ?? '', sent].join('\n\n'))}</pre></details></div>`
  );
}

function content(panel: DrawnPanel, queries: readonly AnsweredQuery[]): string {
  switch (panel.type) {
    case 'stat':
      return numbers(panel, queries);
    case 'table':
      return table(panel, queries);
    default:
      return graph(panel, queries);
  }
}

function numbers({ fieldConfig }: DrawnPanel, queries: readonly AnsweredQuery[]): string {
  const { unit, thresholds } = fieldConfig?.defaults ?? {};
  return queries
    .flatMap(({ series }) => series)
    .map((series) => {
      const [time, value] = newest(series);
      const text = escaped(formatted(value, unit, 1000 * time));
      return `<div class="number" style="color: ${colorOf(value, thresholds)}">${text}</div>`;
    })
    .join('');
}

function graph(panel: DrawnPanel, queries: readonly AnsweredQuery[]): string {
  const { unit, custom } = panel.fieldConfig?.defaults ?? {};
  let next = 0;
  const lines = queries.flatMap((query) => {
    const style = styleOf(panel, query.refId);
    return query.series.map((series): Line => {
      const points = samples(series);
      return {
        name: named(query.legend, series.metric) || query.refId,
        color: style.color ?? PALETTE[next++ % PALETTE.length],
        dashed: style.dashed,
        points,
      };
    });
  });
  const area = { width: 30 * (panel.gridPos?.w ?? 12) * 2, height: 220, unit, top: custom?.axisSoftMax };
  const last = ({ points }: Line) => points[points.length - 1]?.[1] ?? NaN;
  const most = ({ points }: Line) => Math.max(...points.map(([, value]) => value).filter(Number.isFinite));
  const rows = lines.map(
    (line) =>
      `<tr style="--line: ${line.color}"${line.dashed ? ' class="dashed"' : ''}><td>${escaped(line.name)}</td>` +
      `<td class="value">${escaped(formatted(last(line), unit))}</td><td class="value">${escaped(formatted(most(line), unit))}</td></tr>`,
  );
  const head = '<tr><th></th><th class="value">last</th><th class="value">max</th></tr>';
  return `${chart(lines, area)}<table class="legend">${head}${rows.join('')}</table>`;
}

function styleOf({ fieldConfig }: DrawnPanel, refId: string): { color?: string; dashed: boolean } {
  const own = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === 'byFrameRefID' && matcher.options === refId)
    .flatMap(({ properties }) => properties);
  const value = (id: string) => own.find((property) => property.id === id)?.value as { [name: string]: unknown };
  const color = value('color')?.fixedColor as string | undefined;
  return { color: color && (COLORS[color] ?? color), dashed: value('custom.lineStyle')?.fill === 'dash' };
}

/** Rows of the same labels are one. */
function table(panel: DrawnPanel, queries: readonly AnsweredQuery[]): string {
  const { renameByName = {}, indexByName = {} } =
    panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const given = Object.keys(indexByName)
    .filter((name) => !name.startsWith('Value'))
    .sort((a, b) => indexByName[a] - indexByName[b]);
  const every = queries.flatMap(({ series }) => series.flatMap(({ metric }) => Object.keys(metric)));
  const labels = given.length > 0 ? given : [...new Set(every)].sort();
  const rows = new Map<string, { readonly labels: readonly string[]; readonly cells: string[] }>();
  queries.forEach(({ series, legend }, column) => {
    const properties = (panel.fieldConfig?.overrides ?? [])
      .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === legend)
      .flatMap((override) => override.properties);
    const value = (id: string) => properties.find((property) => property.id === id)?.value;
    const unit = (value('unit') as string | undefined) ?? panel.fieldConfig?.defaults?.unit;
    for (const one of series) {
      const own = labels.map((label) => one.metric[label] ?? '');
      const row = rows.get(own.join('\n')) ?? { labels: own, cells: queries.map(() => '<td class="value"></td>') };
      const [time, number] = newest(one);
      const color = colorOf(number, value('thresholds') as Thresholds | undefined);
      row.cells[column] =
        `<td class="value" style="color: ${color}">${escaped(formatted(number, unit, 1000 * time))}</td>`;
      rows.set(own.join('\n'), row);
    }
  });
  const head = [
    ...labels.map((label) => `<th>${escaped(renameByName[label] ?? label)}</th>`),
    ...queries.map(({ legend }) => `<th class="value">${escaped(legend)}</th>`),
  ];
  const body = [...rows.values()].map(
    (row) => `<tr>${row.labels.map((text) => `<td>${escaped(text)}</td>`).join('')}${row.cells.join('')}</tr>`,
  );
  return `<table><tr>${head.join('')}</tr>${body.join('')}</table>`;
}

function samples({ values, value }: AnsweredSeries): (readonly [number, number])[] {
  return (values ?? (value ? [value] : [])).map(([time, text]) => [time, numberOf(text)]);
}

function newest(series: AnsweredSeries): readonly [number, number] {
  const all = samples(series);
  return all[all.length - 1] ?? [NaN, NaN];
}

/** Prometheus writes `+Inf`, which is `Infinity` here. */
function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function named(legend: string, metric: { readonly [label: string]: string }): string {
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? '').trim();
}

function colorOf(value: number, thresholds?: Thresholds): string {
  const step = (thresholds?.steps ?? []).filter((one) => one.value === null || value >= one.value).pop();
  return step && !(thresholds?.steps ?? []).every(({ color }) => color === 'green')
    ? (COLORS[step.color] ?? step.color)
    : 'inherit';
}
