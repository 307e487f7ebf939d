import { MetricExporter } from '../../catalog/metric-kind';
import { ScaledModel } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { LONGEST_WINDOW } from './autoscaling-faults';
import { ServerAutoscaling, ServerScaler } from './server-autoscaling';
import { ModelLoad } from './server-load';
import { WokenServers, neverWakesFaults } from './wake-query';

/** Share of what a server runs at once above which another one starts to load. */
const HEADROOM = 0.8;
/** A scaler does nothing within a tenth of its target: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details */
const TOLERANCE = 1.1;
/** Least seconds that fewer servers must have been enough. */
const SHORTEST_WINDOW = 300;
/** Seconds between two steps of a scaler; Kubernetes allows half an hour. */
const STEP_SECONDS = 60;
const LONGEST_STEP = 1800;
/** Longest value of a label. */
const LONGEST_LABEL = 63;

/**
 * Servers that a scaler is to set the number of.
 *
 * @internal
 */
export interface ScaledServers {
  /** How series name them. */
  readonly woken: WokenServers;
  readonly loads: readonly ModelLoad[];
  readonly startupSeconds: number;
  /** Seconds from a new pod to a server that answers, at most. */
  readonly coldStartSeconds: number;
  readonly exitSeconds: number;
  /** Servers that one node holds, or the part of a server. */
  readonly serversPerNode: number;
  /** Nodes that exist however small the pool is. */
  readonly minNodes: number;
}

/**
 * The requests of one model that a scaler counts.
 *
 * @internal
 */
export interface ScaledLoad {
  readonly model: string;
  readonly exporter: MetricExporter;
  /** Requests in flight for each server. */
  readonly target: number;
  /** Where the target is from. */
  readonly why: string;
}

/**
 * How the number of servers follows their requests, with everything decided.
 *
 * @internal
 */
export class ServerScaling {
  /** Requests of which models decide; the model that needs the most servers counts. */
  public readonly loads: readonly ScaledLoad[];
  /** Seconds that fewer servers must have been enough. */
  public readonly scaleDownSeconds: number;
  public readonly scaleUpSeconds: number;
  /** Most servers that are started in `stepSeconds`. */
  public readonly step: number;
  public readonly stepSeconds = STEP_SECONDS;
  /** Seconds between two servers that are stopped: one has answered what it had to before the next goes. */
  public readonly stopSeconds: number;

  readonly #servers: ScaledServers;

  public constructor(
    public readonly autoscaling: ServerAutoscaling,
    servers: ScaledServers,
  ) {
    const { minReplicas, maxReplicas, scaleDownWindow, scaleUpWindow } = autoscaling;
    const { startupSeconds, exitSeconds, serversPerNode, minNodes } = servers;
    this.#servers = servers;
    this.loads = servers.loads.flatMap((load) => scaledLoad(autoscaling, load));
    this.scaleDownSeconds =
      scaleDownWindow?.toSeconds() ?? Math.min(LONGEST_WINDOW, Math.max(SHORTEST_WINDOW, startupSeconds + 60));
    this.scaleUpSeconds = scaleUpWindow.toSeconds();
    const present = Math.floor(serversPerNode * minNodes) - minReplicas;
    const more = Math.max(1, present, Math.floor(serversPerNode));
    this.step = Math.max(1, Math.min(maxReplicas - minReplicas, more));
    this.stopSeconds = Math.min(LONGEST_STEP, Math.max(STEP_SECONDS, exitSeconds));
  }

  /** What keeps these servers from being scaled so. */
  public get faults(): Fault[] {
    return allOf(
      () => this.#exposureFaults(),
      () => neverWakesFaults(this.autoscaling.wakeQuery, this.#servers.woken),
      () => this.#windowFaults(),
      () => this.#reachFaults(),
      () => this.#roomFaults(),
      () => this.#labelFaults(),
    );
  }

  public get warnings(): Fault[] {
    if (this.autoscaling.minReplicas > 0) return [];
    const { coldStartSeconds, startupSeconds } = this.#servers;
    const reason =
      `minReplicas is 0: once nobody has asked for ${this.scaleDownSeconds} s, the first request waits for a server to start, up to ${coldStartSeconds} s ` +
      `(image, weights, and ${startupSeconds} s to load them), and for a node where none is free; until then the service refuses connections, so that ` +
      'what is in front of it must hold or repeat requests that long';
    return [fault('SCALES_TO_ZERO', 'autoscaling.minReplicas', reason)];
  }

  /** The models whose requests a monitoring stack is to record. */
  public scaledModels(service: string): ScaledModel[] {
    return this.loads.map(({ model, exporter }) => ({ model, service, exporter }));
  }

  /** How the number is chosen, in one sentence. */
  public explain(): string {
    const { minReplicas, maxReplicas, scaler } = this.autoscaling;
    const targets = this.loads.map(
      ({ model, target, why }) => `one for each ${target} in flight of '${model}' (${why})`,
    );
    return (
      `${minReplicas} to ${maxReplicas} servers by ${scaler === ServerScaler.KEDA ? 'KEDA' : 'a HorizontalPodAutoscaler'}: ${targets.join(', or ')}; ` +
      `started ${this.step} at a time, in ${this.stepSeconds} s, when they have been needed for ${this.scaleUpSeconds} s; stopped one by one when fewer ` +
      `have been enough for ${this.scaleDownSeconds} s (startup budget ${this.#servers.startupSeconds} s)`
    );
  }

  #exposureFaults(): Fault[] {
    const silent = this.#servers.loads.filter(({ atOnce, exporter }) => atOnce && exporter === undefined);
    return silent.map(({ model }) => {
      const reason =
        `'${model}' cannot be scaled by its requests, because its server exposes neither those that wait nor those that run; serve it by VllmDeployment, ` +
        'leave engineMetrics on where its engine has them, or pass maxReplicas and a scaler of your own';
      return fault('LOAD_NOT_EXPOSED', 'autoscaling', reason);
    });
  }

  #windowFaults(): Fault[] {
    const { startupSeconds } = this.#servers;
    if (startupSeconds <= this.scaleDownSeconds) return [];
    if (startupSeconds > LONGEST_WINDOW) {
      const reason =
        `servers may take ${startupSeconds} s to load (startupBudget), longer than any window of a scaler (${LONGEST_WINDOW} s), which would stop servers ` +
        'that it must load again; shorten startupBudget, or set replicas';
      return [fault('STARTUP_EXCEEDS_WINDOW', 'startupBudget', reason)];
    }
    const reason =
      `scaleDownWindow must be at least the startup budget, ${startupSeconds} s, or a server is stopped sooner than another one could have been loaded; ` +
      `got ${this.scaleDownSeconds} s; leave it out, or shorten startupBudget`;
    return [fault('WINDOW_BELOW_STARTUP', 'autoscaling.scaleDownWindow', reason)];
  }

  #targetOf(model: string): number {
    return this.loads.find((each) => each.model === model)?.target ?? 0;
  }

  /** What a server has no room for waits, and the scaler would take it for served. What is never reached is a fault of its own. */
  #roomFaults(): Fault[] {
    return this.#servers.loads.flatMap(({ model, atOnce, most = Infinity }) => {
      const target = this.#targetOf(model);
      const room = atOnce?.room ?? atOnce?.count ?? Infinity;
      if (target <= room || target * TOLERANCE >= most) return [];
      const reason =
        `requestsPerServer must be at most ${room}, the requests that a server of '${model}' has room for at once by its plan: others would wait, and no ` +
        `server would be started for them; got ${target}; lower it, or leave it out for four fifths of what a server runs at once`;
      return [fault('TARGET_ABOVE_CAPACITY', 'autoscaling.requestsPerServer', reason)];
    });
  }

  /** Requests beyond what a server takes are refused, and never counted. */
  #reachFaults(): Fault[] {
    return this.#servers.loads.flatMap(({ model, most = Infinity }) => {
      const target = this.#targetOf(model);
      if (target * TOLERANCE < most) return [];
      const reason =
        `requestsPerServer must be below ${Math.floor(most / TOLERANCE)}, because a server of '${model}' takes ${most} requests, those that wait ` +
        `included, and refuses others, so that no scaler would ever see enough of them to start another one; got ${target}; lower it, or raise maxQueuedRequests`;
      return [fault('TARGET_NEVER_REACHED', 'autoscaling.requestsPerServer', reason)];
    });
  }

  /** A HorizontalPodAutoscaler selects the series of one of several models by its label. */
  #labelFaults(): Fault[] {
    if (this.autoscaling.scaler !== ServerScaler.HPA || this.loads.length < 2) return [];
    return this.loads
      .filter(({ model }) => model.length > LONGEST_LABEL || !/[A-Za-z0-9]$/.test(model))
      .map(({ model }) => {
        const reason =
          `'${model}' is no value of a label in Kubernetes, by which a HorizontalPodAutoscaler tells the models of a server apart: at most ${LONGEST_LABEL} ` +
          'characters, the last a letter or digit; rename it, or use ServerAutoscaling.keda';
        return fault('MODEL_NAME_NO_LABEL', 'autoscaling', reason);
      });
  }
}

function scaledLoad({ requestsPerServer }: ServerAutoscaling, { model, exporter, atOnce }: ModelLoad): ScaledLoad[] {
  if (exporter === undefined || atOnce === undefined) return [];
  if (requestsPerServer !== undefined)
    return [{ model, exporter, target: requestsPerServer, why: 'requestsPerServer' }];
  const target = Math.max(1, Math.floor(atOnce.count * HEADROOM));
  return [{ model, exporter, target, why: `80 % of the ${atOnce.count} that a server runs at once: ${atOnce.why}` }];
}
