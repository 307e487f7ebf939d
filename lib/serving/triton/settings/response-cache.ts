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
    return new ResponseCache(size);
  }

  /** Memory of the server that it takes. */
  public readonly size: DataSize;

  private constructor(size: DataSize) {
    this.size = size;
  }
}

checkArguments('ResponseCache', ResponseCache);
