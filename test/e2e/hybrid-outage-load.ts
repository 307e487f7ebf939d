import { HybridRig } from './hybrid-outage-rig';
import { Stoppable } from './harness/process';

/** Tokens that take a request to the cloud by the routing of the example: more than 1,024 with those of the prompt. */
const LONG = 1100;
/** All tokens of the small model: it ends at the first one, however many it may write. */
const ANY_TOKEN = Array.from({ length: 260 }, (_, token) => token);

/** What is asked: what the branch answers, what is for the cloud, and what would be if it might leave. */
export const KINDS = {
  short: { tokens: 4, headers: {} },
  long: { tokens: LONG, headers: {} },
  stays: { tokens: LONG, headers: { 'x-data-class': 'personal' } },
} as const;
export type Kind = keyof typeof KINDS;

/** One answer, or none. */
export interface Outcome {
  readonly kind: Kind;
  /** What went on when it was asked, and when it was answered. */
  readonly began: string;
  readonly ended: string;
  /** Status, who answered, and why: `200 site cloud-unavailable`; `unreachable` without an answer. */
  readonly said: string;
}

/** How the content of requests of a kind begins. */
export const markOf = (kind: Kind): string => `${kind}: account`;

/** Asks the gateway of a branch for one thing of each kind, again and again until it is stopped. */
export class Load implements Stoppable {
  public readonly outcomes: Outcome[] = [];
  /** What goes on. */
  public phase: string;
  private ends = false;
  private readonly running: Promise<void>;

  public constructor(
    private readonly rig: HybridRig,
    phase: string,
  ) {
    this.phase = phase;
    this.running = this.run();
  }

  /** How often each answer was given to what was asked and answered while something went on. */
  public of(kind: Kind, phase: string): { [said: string]: number } {
    const counts: { [said: string]: number } = {};
    for (const each of this.outcomes)
      if (each.kind === kind && each.began === phase && each.ended === phase)
        counts[each.said] = (counts[each.said] ?? 0) + 1;
    return counts;
  }

  /** Asks once. */
  public async ask(kind: Kind): Promise<Outcome> {
    const began = this.phase;
    const { tokens: max_tokens, headers } = KINDS[kind];
    const messages = [{ role: 'user', content: `${markOf(kind)} ${this.outcomes.length}` }];
    const said = await this.rig.ask({ messages, max_tokens, stop_token_ids: ANY_TOKEN }, headers).then(
      async (answer) => {
        const { id = '' } = (await answer.json()) as { id?: string };
        const by = answer.headers.get('x-gateway-served-by');
        // Who says that he has answered has: vLLM gives its answers such ids.
        const isTrue = by !== 'site' || answer.status !== 200 || id.startsWith('chatcmpl-');
        return `${answer.status} ${isTrue ? by : `not ${by}`} ${answer.headers.get('x-gateway-reason')}`;
      },
      () => 'unreachable',
    );
    const outcome = { kind, began, ended: this.phase, said };
    this.outcomes.push(outcome);
    return outcome;
  }

  public async stop(): Promise<void> {
    this.ends = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.ends) {
      await Promise.all((Object.keys(KINDS) as Kind[]).map((kind) => this.ask(kind)));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
