/**
 * A resource that an instance of a model holds while it runs a request. Resources are only names with a number: instances that together
 * want more of one than there is do not run at once.
 */
export interface RateLimitResource {
  /** Name of the resource, e.g. `gpu-memory`: letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /** How many of it a request needs, at least 1. */
  readonly count: number;
  /** Whether all devices of the server share it; otherwise each GPU has its own. @default false */
  readonly global?: boolean;
}

/**
 * When instances of a model may run, in a server whose models would overload it together. It switches the rate limiter of the server on.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/rate_limiter.md
 */
export interface RateLimit {
  /** What an instance holds while it runs. @default - nothing */
  readonly resources?: RateLimitResource[];
  /** Weight among instances that wait: one with 2 is chosen half as often as one with 1. @default 1 */
  readonly priority?: number;
}

/**
 * How many of a resource a server has. What no such entry names has as many as the hungriest instance needs.
 */
export interface AvailableResource {
  /** Name of the resource, which a model must use. */
  readonly name: string;
  /** How many there are, at least what every instance needs. */
  readonly count: number;
  /** Number of the GPU that has them. @default - each device, or the server for a resource that is global */
  readonly gpu?: number;
}
