import { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  DataSourceRef,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DynamicConfigValue,
  Panel,
  Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { LineKind, PanelKind, PanelSpec, QuerySpec } from './spec';

/** The Prometheus that the reader chooses. @internal */
export const DATA_SOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

const HEIGHT: { readonly [kind in PanelKind]: number } = {
  [PanelKind.GRAPH]: 8,
  [PanelKind.NUMBER]: 4,
  [PanelKind.TABLE]: 9,
};

/** @internal */
export function buildPanel(spec: PanelSpec): Builder<Panel> {
  switch (spec.kind) {
    case PanelKind.GRAPH:
      return graph(spec);
    case PanelKind.NUMBER:
      return numberOf(spec);
    case PanelKind.TABLE:
      return table(spec);
  }
}

function graph(spec: PanelSpec): Builder<Panel> {
  const builder = common(new TimeSeriesBuilder(), spec)
    .min(0)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (spec.max !== undefined) builder.axisSoftMax(spec.max);
  spec.queries.forEach((query, index) => {
    builder.withTarget(target(query, index).range());
    const style = STYLES[query.line ?? LineKind.MEASURED];
    if (style.length > 0) builder.overrideByQuery(refId(index), style);
  });
  return builder;
}

const dashed = (color: string): DynamicConfigValue[] => [
  { id: 'color', value: { mode: 'fixed', fixedColor: color } },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
];

const STYLES: { readonly [kind in LineKind]: DynamicConfigValue[] } = {
  [LineKind.MEASURED]: [],
  [LineKind.PLAN]: dashed('blue'),
  [LineKind.LIMIT]: dashed('red'),
};

function numberOf(spec: PanelSpec): Builder<Panel> {
  const builder = common(new StatBuilder(), spec)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(BigValueGraphMode.Area)
    .colorMode(spec.bounds ? BigValueColorMode.Value : BigValueColorMode.None);
  if (spec.bounds) builder.thresholds(thresholds(spec.bounds));
  spec.queries.forEach((query, index) => builder.withTarget(target(query, index).range()));
  return builder;
}

function table(spec: PanelSpec): Builder<Panel> {
  const { queries, labels = {}, rowLink } = spec;
  const builder = common(new TableBuilder(), spec).filterable(true);
  const columns = Object.keys(labels);
  const values = queries.map((_, index) => (queries.length === 1 ? 'Value' : `Value #${refId(index)}`));
  const titles = [...Object.values(labels), ...queries.map(({ legend }) => legend)];
  builder.withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      indexByName: Object.fromEntries([...columns, ...values].map((name, index) => [name, index])),
      renameByName: Object.fromEntries([...columns, ...values].map((name, index) => [name, titles[index]])),
    },
  });
  queries.forEach((query, index) => {
    builder.withTarget(target(query, index).instant().format(PromQueryFormat.Table));
    builder.overrideByName(query.legend, columnStyle(spec, query));
  });
  if (rowLink) builder.overrideByName(titles[columns.length - 1], [{ id: 'links', value: [rowLink] }]);
  return builder;
}

function columnStyle(spec: PanelSpec, { unit, bounds }: QuerySpec): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit ?? spec.unit },
    ...(bounds
      ? [
          { id: 'thresholds', value: thresholds(bounds).build() },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ]
      : []),
  ];
}

/** What all kinds of panels have. */
function common<B extends TimeSeriesBuilder | StatBuilder | TableBuilder>(builder: B, spec: PanelSpec): B {
  builder
    .id(spec.id)
    .title(spec.title)
    .description(spec.description)
    .datasource(DATA_SOURCE)
    .unit(spec.unit)
    .height(HEIGHT[spec.kind])
    .span(spec.width ?? 12);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  return builder;
}

function target({ expr, legend }: QuerySpec, index: number): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATA_SOURCE).refId(refId(index)).expr(expr).legendFormat(legend);
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds([yellow, red]: readonly [number, number]): ThresholdsConfigBuilder {
  const steps: Threshold[] = [
    { value: null, color: 'green' },
    { value: yellow, color: 'yellow' },
    { value: red, color: 'red' },
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
