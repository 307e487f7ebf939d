/** A reference to a data source: old dashboards have its name alone. @internal */
export type DataSourceJson = string | { readonly type?: string; readonly uid?: string } | null;

/** @internal */
export interface TargetJson {
  readonly refId?: string;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly hide?: boolean;
  readonly datasource?: DataSourceJson;
}

/** @internal */
export interface PanelJson {
  readonly id?: number;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: DataSourceJson;
  readonly targets?: readonly TargetJson[];
  /** Of a row that is folded. */
  readonly panels?: readonly PanelJson[];
  /** Of a panel that a library has, beside nothing else than its place, as a rule. */
  readonly libraryPanel?: { readonly uid?: string; readonly name?: string } | null;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** @internal */
export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: string | { readonly query?: string };
  readonly datasource?: DataSourceJson;
  readonly multi?: boolean;
  readonly current?: { readonly value?: string | readonly string[] };
  readonly options?: readonly { readonly value?: string | readonly string[] }[];
}

/**
 * The classic JSON of a dashboard, as far as it is read here: Grafana has exported it since its first releases, and provisions it from files.
 *
 * @internal
 */
export interface DashboardJson {
  readonly uid?: string;
  readonly title?: string;
  readonly description?: string;
  readonly panels?: readonly PanelJson[];
  readonly templating?: { readonly list?: readonly VariableJson[] };
  readonly annotations?: {
    readonly list?: readonly { readonly name?: string; readonly expr?: string; readonly datasource?: DataSourceJson }[];
  };
}
