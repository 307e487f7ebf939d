import { ValueType } from './expression';

/**
 * What a function takes and gives.
 *
 * @internal
 */
export interface FunctionSignature {
  readonly takes: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional?: number;
  /** Whether the last argument may be repeated. */
  readonly repeats?: boolean;
  readonly gives: ValueType;
  /** Whether the server needs a feature flag for it. */
  readonly experimental?: boolean;
}

const S = 'scalar';
const V = 'vector';
const M = 'matrix';
const T = 'string';

function table(gives: ValueType, takes: readonly ValueType[], names: string, more: Partial<FunctionSignature> = {}) {
  return names.split(' ').map((name) => [name, { takes, gives, ...more }] as const);
}

/**
 * The functions of PromQL.
 *
 * Source: prometheus @ 032c053: promql/parser/functions.go; `test/metrics` compares those that Debian's 2.42 has with what it accepts.
 *
 * @internal
 */
export const PROMQL_FUNCTIONS: ReadonlyMap<string, FunctionSignature> = new Map<string, FunctionSignature>([
  ...table(
    V,
    [V],
    'abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt',
  ),
  ...table(V, [V], 'tan tanh absent sort sort_desc timestamp'),
  ...table(V, [V], 'histogram_count histogram_sum histogram_avg histogram_stddev histogram_stdvar'),
  ...table(V, [M], 'absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate'),
  ...table(V, [M], 'last_over_time max_over_time min_over_time present_over_time rate resets'),
  ...table(V, [M], 'stddev_over_time stdvar_over_time sum_over_time'),
  ...table(V, [V], 'day_of_month day_of_week day_of_year days_in_month hour minute month year', { optional: 1 }),
  ...table(V, [V, S, S], 'clamp'),
  ...table(V, [V, S], 'clamp_max clamp_min'),
  ...table(V, [V, S], 'round', { optional: 1 }),
  ...table(V, [S, V], 'histogram_quantile'),
  ...table(V, [S, S, V], 'histogram_fraction'),
  ...table(V, [S, M], 'quantile_over_time'),
  ...table(V, [M, S], 'predict_linear'),
  ...table(V, [V, T, T, T, T], 'label_replace'),
  ...table(V, [V, T, T, T], 'label_join', { repeats: true, optional: 1 }),
  ...table(V, [S], 'vector'),
  ...table(S, [V], 'scalar'),
  ...table(S, [], 'pi time'),
  ...table(V, [V, T], 'sort_by_label sort_by_label_desc', { repeats: true, optional: 1, experimental: true }),
  ...table(V, [M, S, S], 'double_exponential_smoothing', { experimental: true }),
  ...table(V, [M], 'first_over_time mad_over_time ts_of_first_over_time ts_of_max_over_time ts_of_min_over_time', {
    experimental: true,
  }),
  ...table(V, [M], 'ts_of_last_over_time', { experimental: true }),
  ...table(V, [V], 'start_timestamp', { experimental: true }),
  ...table(V, [V, V], 'info', { optional: 1, experimental: true }),
  ...table(V, [V, T, S], 'histogram_quantiles', { repeats: true, experimental: true }),
  ...table(S, [], 'end range start step', { experimental: true }),
]);
