import { Duration } from '../../units/duration';

/**
 * What an event of an outage means for those who use a site.
 */
export enum OutageEffect {
  /** It works as before. */
  WORKS = 'works',
  /** It works in another way, which was declared. */
  FALLS_BACK = 'falls back',
  /** Somebody is told. */
  TELLS = 'tells',
  /** It is done once the link is back; nothing is lost. */
  WAITS = 'waits',
  /** It is lost. */
  LOSES = 'loses',
}

/**
 * What happens at one moment of an outage, by the numbers of a topology.
 */
export interface OutageEvent {
  /** How long after the link was cut, at the latest. */
  readonly after: Duration;
  /** What it means. */
  readonly effect: OutageEffect;
  /** What happens. */
  readonly what: string;
}
