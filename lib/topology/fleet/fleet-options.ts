/**
 * What a table of sites may say.
 */
export interface SiteFleetOptions {
  /** Kinds of sites that the program knows; then each site must have one. @default - any, or none */
  readonly kinds?: string[];
  /** Rings that there are; then each site must have one. @default - any, or none */
  readonly rings?: string[];
  /** Further columns, whose texts are in `labels` of a site. @default - none: other columns than the known ones are refused */
  readonly labels?: string[];
}
