import { AnsweredSeries, Source } from './answers';

/** Answers that were kept, by what was asked. */
export interface Recording {
  readonly series: { [selector: string]: readonly { readonly [label: string]: string }[] };
  readonly queries: { [query: string]: readonly AnsweredSeries[] };
}

export interface Range {
  readonly hours: number;
  /** Seconds since 1970. @default - now */
  readonly end?: number;
}

/** Points of a line. */
const POINTS = 240;

/**
 * Asks a Prometheus by its API.
 *
 * @param url where it listens, without the path of its API
 * @param range what is drawn
 */
export function fromPrometheus(url: string, { hours, end = Date.now() / 1000 }: Range): Source {
  const start = end - 3600 * hours;
  const step = Math.max(1, Math.round((end - start) / POINTS));
  const ask = async (path: string, parameters: { readonly [name: string]: string | number }): Promise<unknown> => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    const response = await fetch(`${url.replace(/\/$/, '')}/api/v1/${path}?${query}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success')
      throw new Error(`Prometheus refuses ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  };
  return {
    series: async (selector) =>
      (await ask('series', { 'match[]': selector, start, end })) as readonly { readonly [label: string]: string }[],
    query: async (expr, instant) => {
      const answer = instant
        ? await ask('query', { query: expr, time: end })
        : await ask('query_range', { query: expr, start, end, step });
      return (answer as { result: readonly AnsweredSeries[] }).result;
    },
  };
}

/** Answers again what was kept; what was not asked then has no series. */
export function fromRecording({ series, queries }: Recording): Source {
  return {
    series: async (selector) => series[selector] ?? [],
    query: async (expr, instant) => queries[keyOf(expr, instant)] ?? [],
  };
}

/** A source whose answers are kept. */
export function recording(source: Source, kept: Recording): Source {
  return {
    series: async (selector) => (kept.series[selector] = await source.series(selector)),
    query: async (expr, instant) => (kept.queries[keyOf(expr, instant)] = await source.query(expr, instant)),
  };
}

const keyOf = (expr: string, instant: boolean) => (instant ? `instant: ${expr}` : expr);
