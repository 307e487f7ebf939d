import { ScrapedTargets } from './scraped-target';
import { Report, Series } from './series';

/**
 * Where an expression is evaluated.
 *
 * @internal
 */
export interface Surroundings {
  readonly targets: ScrapedTargets;
  /** What rules record, by name. */
  readonly recorded: ReadonlyMap<string, Series>;
  readonly scrapeIntervalSeconds: number;
  readonly report: Report;
}
