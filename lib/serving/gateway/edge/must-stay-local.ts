/**
 * Requests that never leave the site, whatever else is declared, fails or is asked for by a caller: one of these is enough.
 */
export interface MustStayLocal {
  /**
   * Names of models, as requests call them: one that has a way to the cloud is refused at construction. Those that are in no `models` of the routing never
   * leave either; here it is said for certain.
   * @default - none
   */
  readonly models?: string[];
  /**
   * Names of callers. Where callers show tokens, one without a name stays too.
   * @default - none
   */
  readonly callers?: string[];
  /**
   * Values of headers, by the names of headers, e.g. `{ 'x-data-class': ['personal', 'secret'] }`. Of a header that has several values one is enough;
   * capitals do not matter.
   * @default - none
   */
  readonly headers?: { [name: string]: string[] };
}
