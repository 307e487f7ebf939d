import { checkArguments } from '../../../units/argument-faults';
import { DataSize } from '../../../units/data-size';

/**
 * Where a server keeps answers of models that have `responseCache`, to give them again to equal requests.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/response_cache.md
 */
export class ResponseCache {
  /**
   * In the memory of the server, which its pod is given in addition; each replica has its own.
   *
   * @param size how much of it, reserved at start
   */
  public static local(size: DataSize): ResponseCache {
    return new ResponseCache('local', { size: String(Math.floor(size.bytes)) }, size);
  }

  /**
   * By another implementation that the image has, e.g. `redis`, whose user and password are variables of the environment.
   *
   * @param name its name, a folder of the image's cache directory
   * @param settings its settings, as `--cache-config=<name>,<setting>=<value>` takes them, e.g. `host` and `port`
   *
   * @see https://github.com/triton-inference-server/redis_cache
   */
  public static custom(name: string, settings: { [setting: string]: string }): ResponseCache {
    return new ResponseCache(name, { ...settings }, DataSize.ZERO);
  }

  /** Name of the implementation. */
  public readonly name: string;
  /** Settings of the implementation, by name. */
  public readonly settings: { [setting: string]: string };
  /** Memory of the server that it takes. */
  public readonly memory: DataSize;

  private constructor(name: string, settings: { [setting: string]: string }, memory: DataSize) {
    this.name = name;
    this.settings = settings;
    this.memory = memory;
  }
}

checkArguments('ResponseCache', ResponseCache);
