import { App } from 'cdktf';
import { KubernetesManifests } from '../../../lib/manifests';
import { overloaded } from '../../engine/overload-stack';

/** What a server did whose queue was full. */
export interface Overload {
  readonly version: string;
  readonly date: string;
  /** Requests that may run, and that may wait. */
  readonly run: number;
  readonly wait: number;
  /** The config.json of its model. */
  readonly config: object;
  /** Arguments that it was started with. */
  readonly args: readonly string[];
  /** Requests that were sent at once, and how many ended by which status. */
  readonly asked: number;
  readonly statuses: { readonly [status: string]: number };
  /** What one that was refused was told. */
  readonly refusal: { readonly code: number; readonly type: string; readonly message: string };
  /** All that readiness and liveness probes said meanwhile; nothing where they succeed. */
  readonly probes: readonly string[];
  /** All statuses of /health. */
  readonly health: readonly number[];
  /** Tokens that each of the answers on their way was asked for, and how they ended. */
  readonly long: number;
  readonly ran: readonly { readonly tokens: number; readonly finish: string }[];
  /** Refused requests that its metrics count, by reason; none where it has no such metric. */
  readonly rejected: { readonly [reason: string]: number };
}

/** Requests of probes that may stand in the queue. */
const PROBES = 2;

/** In what an overloaded server was not as it must be: it sheds by a clear status, and nobody has reason to take it out of the Service. */
export function overloadFaults(seen: Overload): string[] {
  const { statuses, asked, run, wait, refusal, probes, health, ran, long, rejected } = seen;
  const { 200: answered = 0, 503: refused = 0, ...others } = statuses;
  const counted = rejected.max_num_queued_reqs;
  const rules: [boolean, string][] = [
    [Object.keys(others).length === 0 && answered + refused === asked, `ended by ${JSON.stringify(statuses)}`],
    [refused > 0, 'refused none'],
    [answered >= run + wait - ran.length - PROBES, `took only ${answered}`],
    [refusal?.code === 503 && /busy/.test(refusal.message), `said ${JSON.stringify(refusal)}`],
    [probes.every((said) => said === ''), `its probes said ${probes.join('; ')}`],
    [health.every((status) => status === 200), `its health was ${health.join()}`],
    [ran.length > 0 && ran.every(({ tokens, finish }) => tokens === long && finish === 'length'), 'broke answers off'],
    // Probes may be refused too.
    [counted === undefined || counted >= refused, `counted ${counted} of ${refused}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, said]) => said);
}

/** The arguments that are written for such a server. */
export function overloadArguments(version: string, config: object, outdir?: string): string[] {
  const stack = overloaded(new App({ outdir, stackTraces: false }), version, JSON.stringify(config));
  const { objects } = KubernetesManifests.of(stack);
  const deployment = (objects as any[]).find(({ kind }) => kind === 'Deployment');
  return deployment.spec.template.spec.containers[0].args as string[];
}
