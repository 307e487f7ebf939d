import { nameClass } from '../../../units/own-class';

/**
 * What becomes of a request for the cloud while the cloud does not take it: it cannot be reached, its breaker is open, it fails, or it has as many
 * requests as it may have.
 */
export class EdgeFallback {
  /**
   * The site answers, by its own model of the name or by `fallbackModel`; the answer says so by `x-gateway-reason: cloud-unavailable`. What has neither
   * is refused.
   */
  public static readonly SITE_ANSWERS = new EdgeFallback(true);
  /** It is refused: HTTP 503, or 429 where the cloud has too many, with `Retry-After` and an error in the form of OpenAI's. */
  public static readonly REFUSE = new EdgeFallback(false);

  /** Whether the site answers. */
  public readonly siteAnswers: boolean;

  private constructor(siteAnswers: boolean) {
    this.siteAnswers = siteAnswers;
  }
}

nameClass('EdgeFallback', EdgeFallback);
