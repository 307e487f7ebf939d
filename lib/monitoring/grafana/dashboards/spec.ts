/** Units by Grafana's own names of them: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/ @internal */
export enum PanelUnit {
  REQUESTS_PER_SECOND = 'reqps',
  MILLISECONDS = 'ms',
  SECONDS = 's',
  PERCENT = 'percent',
  BYTES = 'bytes',
  BYTES_PER_SECOND = 'Bps',
  CELSIUS = 'celsius',
  WATTS = 'watt',
  US_DOLLARS = 'currencyUSD',
  TIME = 'dateTimeFromNow',
  /** Thousands as K, millions as Mil. */
  NUMBER = 'short',
}

/** How a line of a graph is drawn. @internal */
export enum LineKind {
  /** What was measured. */
  MEASURED = 'measured',
  /** What the plan promised: blue dashes. */
  PLAN = 'plan',
  /** Where an alert fires: red dashes. */
  LIMIT = 'limit',
}

/** @internal */
export interface QuerySpec {
  /** PromQL, in which `$name` stands for a variable of the dashboard. */
  readonly expr: string;
  /** Name of a series, in which `{{label}}` stands for its label; of a column in a table. */
  readonly legend: string;
  /** @default LineKind.MEASURED */
  readonly line?: LineKind;
  /** Of a column in a table. @default - that of the panel */
  readonly unit?: PanelUnit;
  /** Of a column in a table: values from which it is yellow, and red. @default - it has no color */
  readonly bounds?: readonly [number, number];
}

/** @internal */
export enum PanelKind {
  GRAPH = 'timeseries',
  NUMBER = 'stat',
  TABLE = 'table',
}

/** @internal */
export interface PanelSpec {
  /** Stable: links in alerts name it. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly kind: PanelKind;
  readonly unit: PanelUnit;
  readonly queries: readonly QuerySpec[];
  /** Least that its axis ends at, e.g. 100 for a share. @default - what its values need */
  readonly max?: number;
  /** Digits after the point. @default - as Grafana finds fit */
  readonly decimals?: number;
  /** Values from which a number is yellow, and red. @default - it has no color */
  readonly bounds?: readonly [number, number];
  /** Columns of 24. @default 12 */
  readonly width?: number;
  /** Of a table: labels that are its first columns, with their titles. */
  readonly labels?: { readonly [label: string]: string };
  /** Of a table: where a row leads, with `${__data.fields.<title>}` for what it says. */
  readonly rowLink?: { readonly title: string; readonly url: string };
}

/** @internal */
export interface RowSpec {
  readonly id: number;
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

/** A variable whose values are those of a label. @internal */
export interface VariableSpec {
  readonly name: string;
  readonly title: string;
  /** Label whose values it has. */
  readonly label: string;
  /** Selector of the series that have them. */
  readonly series: string;
  /** Whether several values, or all, may be chosen. */
  readonly many: boolean;
}

/** Query of the alerts that fire. @internal */
export const ALERTS_THAT_FIRE = 'ALERTS{alertstate="firing",severity!="none"}';

/** @internal */
export interface DashboardSpec {
  /** Stable: links name it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  /** Query of the alerts that its graphs mark. @default ALERTS_THAT_FIRE */
  readonly alerts?: string;
  /** Since when it shows, in Grafana's words, until a reader chooses. @default 'now-3h' */
  readonly from?: string;
  readonly rows: readonly RowSpec[];
}
