import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { freePort } from '../ports';
import { Server, Stoppable, isolatedEnvironment } from '../process';
import { Program } from '../tools';

/** How a Prometheus is started. */
export interface PrometheusOptions {
  readonly program: Program;
  /** Folder of its files, its series and its log. */
  readonly folder: string;
  /** Text of `prometheus.yml`. */
  readonly configuration: string;
  /** Text of `rules.yml`, which the configuration names. */
  readonly rules: string;
  /** Port of the loopback interface. @default - a free one */
  readonly port?: number;
  /** Further arguments. @default - none */
  readonly args?: readonly string[];
  /** Further environment. @default - none */
  readonly env?: { [name: string]: string };
}

/** One series of an answer, at one time. */
export interface Sample {
  readonly labels: { readonly [label: string]: string };
  readonly value: number;
}

/** What a rate of a counter is over: between the first and the last scrape of its window, in seconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** What the increase between both is divided by: Prometheus extends it to the edges of the window, where scrapes are not missing. */
  readonly seconds: number;
}

/** A target as Prometheus sees it. */
export interface Target {
  readonly job: string;
  readonly pod: string;
  /** Where it is scraped. */
  readonly url: string;
  readonly health: string;
  readonly error: string;
  readonly discovered: { readonly [label: string]: string };
}

type Answer = any;

/** A real Prometheus on the loopback interface. */
export class Prometheus implements Stoppable {
  public static async start(options: PrometheusOptions): Promise<Prometheus> {
    const { program, folder, configuration, rules, args = [], env = {} } = options;
    mkdirSync(folder, { recursive: true });
    const port = options.port ?? (await freePort());
    const file = path.join(folder, 'prometheus.yml');
    writeFileSync(file, configuration);
    writeFileSync(path.join(folder, 'rules.yml'), rules);
    const url = `http://127.0.0.1:${port}`;
    const server = await Server.start({
      name: 'prometheus',
      command: [
        program.program,
        `--config.file=${file}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...args,
      ],
      folder,
      env: isolatedEnvironment(path.join(folder, 'home'), env),
      ready: async () => {
        const answer = await fetch(`${url}/-/ready`);
        await answer.text();
        return answer.ok;
      },
    });
    return new Prometheus(server, url, program.version);
  }

  private constructor(
    private readonly server: Stoppable,
    public readonly url: string,
    public readonly version: string,
  ) {}

  public stop(): Promise<void> {
    return this.server.stop();
  }

  /** What a query has, now or at a time in seconds since 1970. */
  public async query(expr: string, time?: number): Promise<Sample[]> {
    const { result, resultType } = await this.get('query', { query: expr, ...(time && { time: String(time) }) });
    if (resultType === 'scalar') return [{ labels: {}, value: Number(result[1]) }];
    return (result as Answer[]).map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The only value that a query has; undefined when it has none. */
  public async value(expr: string, time?: number): Promise<number | undefined> {
    const found = await this.query(expr, time);
    if (found.length > 1) throw new Error(`${expr} has ${found.length} series: ${JSON.stringify(found)}`);
    return found[0]?.value;
  }

  /** When a series that a rule records was evaluated last: a query itself has the time at which it is asked. */
  public async evaluated(series: string, time?: number): Promise<number | undefined> {
    return this.value(`max(timestamp(${series}))`, time);
  }

  /** The samples of the only series of a selector in the window that ends at a time: when it was scraped or recorded, and its values. */
  public async samples(selector: string, length: string, time: number): Promise<[at: number, value: number][]> {
    const { result } = await this.get('query', { query: `${selector}[${length}]`, time: String(time) });
    const [only, ...others] = result as Answer[];
    if (!only || others.length > 0) throw new Error(`${selector} has ${result.length} series`);
    return (only.values as [number, string][]).map(([at, value]) => [at, Number(value)]);
  }

  /** How many samples there are of all series of a selector in the window that ends at a time. */
  public async count(selector: string, length: string, time: number): Promise<number> {
    const { result } = await this.get('query', { query: `${selector}[${length}]`, time: String(time) });
    return (result as Answer[]).reduce((sum, { values }) => sum + values.length, 0);
  }

  /**
   * What a rate over the window that ends at a time was computed from: a scrape that was on its way when a rule was evaluated has an earlier time, and may have
   * come after it.
   *
   * @param seconds length of the window
   * @returns the window with all scrapes, and the one without the last
   */
  public async windows(selector: string, seconds: number, time: number): Promise<Window[]> {
    const { result } = await this.get('query', { query: `${selector}[${seconds}s]`, time: String(time) });
    const scrapes = (result as Answer[]).flatMap(({ values }) => (values as [number, string][]).map(([at]) => at));
    const times = [...new Set(scrapes)].sort((a, b) => a - b);
    if (times.length < 3)
      throw new Error(`${selector} was scraped ${times.length} times in ${seconds} s before ${time}`);
    return [times, times.slice(0, -1)].map((each) => rateWindow(each, seconds, time));
  }

  /** The labels of all series of a selector, with their names. */
  public async series(selector: string): Promise<{ readonly [label: string]: string }[]> {
    return this.get('series', { 'match[]': selector });
  }

  /** What is scraped, also what cannot be reached. */
  public async targets(): Promise<Target[]> {
    const { activeTargets } = await this.get('targets', { state: 'active' });
    return (activeTargets as Answer[]).map(({ labels, scrapeUrl: url, health, lastError, discoveredLabels }) => {
      return { job: labels.job, pod: labels.pod, url, health, error: lastError, discovered: discoveredLabels };
    });
  }

  /** Names of the alerts that fire, each as often as it does. */
  public async firing(): Promise<string[]> {
    const { alerts } = await this.get('alerts');
    return (alerts as Answer[]).flatMap(({ state, labels }) => (state === 'firing' ? [labels.alertname] : [])).sort();
  }

  /** Rules that could not be evaluated, with the reason. */
  public async brokenRules(): Promise<string[]> {
    const { groups } = await this.get('rules');
    return (groups as Answer[])
      .flatMap(({ rules }) => rules as Answer[])
      .flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : []));
  }

  /** What it runs with: names of its jobs and of its groups of rules. */
  public async loaded(): Promise<{ jobs: string[]; groups: string[] }> {
    const { yaml } = await this.get('status/config');
    const { groups } = await this.get('rules');
    const jobs = [...(yaml as string).matchAll(/^- job_name: "?([^"\n]+?)"?$/gm)].map(([, name]) => name);
    return { jobs, groups: (groups as Answer[]).map(({ name }) => name) };
  }

  /** How many of its groups of rules have been evaluated. */
  public async evaluatedGroups(): Promise<number> {
    const { groups } = await this.get('rules');
    return (groups as Answer[]).filter(({ lastEvaluation }) => Date.parse(lastEvaluation) > 0).length;
  }

  private async get(of: string, parameters: { readonly [name: string]: string } = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/v1/${of}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await answer.json()) as Answer;
    if (status !== 'success') throw new Error(`${of} ${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}

/**
 * As Prometheus extrapolates: to the edge of the window, or by half of what lies between two scrapes where more than that is missing.
 *
 * @see https://github.com/prometheus/prometheus/blob/v3.16.0/promql/functions.go, extrapolatedRate
 */
function rateWindow(times: readonly number[], length: number, end: number): Window {
  const [from, to] = [times[0], times[times.length - 1]];
  const between = (to - from) / (times.length - 1);
  const extended = (missing: number) => (missing < 1.1 * between ? missing : between / 2);
  const covered = to - from + extended(from - (end - length)) + extended(end - to);
  return { from, to, seconds: ((to - from) * length) / covered };
}
