import { checkArguments } from '../../../units/argument-faults';
import { Duration } from '../../../units/duration';
import { CloudUpstream } from './cloud-upstream';
import { EdgeConfidence } from './edge-confidence';
import { EdgeFallback } from './edge-fallback';
import { MustStayLocal } from './must-stay-local';

/**
 * What a name in requests is in the cloud.
 */
export interface EdgeModel {
  /** Name of the model there, e.g. the larger one of which the site has a quantised variant. */
  readonly cloudModel: string;
  /**
   * A model of the site that answers in place of one that only the cloud has, while the cloud does not, and where the request must stay.
   * @default - none; a model that the site has itself answers under its own name
   */
  readonly fallbackModel?: string;
}

/**
 * From which size on the cloud answers, each by itself. Tokens of a prompt are estimated as a quarter of the bytes of the request; those of the answer are
 * what it asks for at most: `max_tokens`, `max_completion_tokens` or `max_output_tokens`.
 */
export interface EdgeRequestSize {
  /** Most tokens of a prompt that the site answers. @default - any */
  readonly promptTokens?: number;
  /** Most tokens of an answer that the site gives. A request that does not say how many is none of them. @default - any */
  readonly answerTokens?: number;
  /** Most tokens of both together. @default - any */
  readonly totalTokens?: number;
}

/**
 * What goes where at a site whose servers come first.
 */
export interface EdgeFirstOptions {
  /**
   * What may leave the site, by the names of models in requests: others never do. A name that a backend has is answered by the site first; one that none
   * has, by the cloud alone.
   */
  readonly models: { [model: string]: EdgeModel };
  /** What becomes of requests for the cloud while it does not take them. */
  readonly fallback: EdgeFallback;
  /** Requests that never leave the site. @default - none but those of models that are not in `models` */
  readonly mustStayLocal?: MustStayLocal;
  /** What is too large for the site. @default - nothing */
  readonly atMost?: EdgeRequestSize;
  /** How sure the model of the site must be. @default - it is not asked */
  readonly confidence?: EdgeConfidence;
  /**
   * Most requests at once of each Service behind the gateway that has a model of `models`, of all pods of the gateway: what comes beyond goes to the cloud, or
   * is answered by 429 where it must stay.
   * @default - the servers say by 429 or 503 that they are busy
   */
  readonly maxSiteRequests?: number;
  /**
   * How long the site may take until its answer begins, before the cloud is asked, whole seconds; an answer that does not stream begins when it is whole.
   * @default - `idleTimeout` of the gateway
   */
  readonly siteTimeout?: Duration;
  /** What `Retry-After` tells callers whose request neither takes, whole seconds. @default 5 seconds */
  readonly retryAfter?: Duration;
}

/**
 * A gateway of a site whose servers come first.
 */
export interface EdgeFirstProps extends EdgeFirstOptions {
  /** The cloud. */
  readonly cloud: CloudUpstream;
}

/**
 * How the gateway of a site divides requests between its servers and those of a cloud.
 */
export class EdgeRouting {
  /**
   * The site answers what it can. To the cloud goes what the site does not have, what is too large for it, and what its servers fail at, are too busy or
   * too slow for, or are not sure enough of.
   *
   * @param props what goes where
   */
  public static edgeFirst(props: EdgeFirstProps): EdgeRouting {
    return new EdgeRouting(props);
  }

  /** What goes where. */
  public readonly props: EdgeFirstProps;

  private constructor(props: EdgeFirstProps) {
    this.props = props;
  }
}

checkArguments('EdgeRouting', EdgeRouting);
