import { knownListFaults } from '../core/text-list';
import { urlSecretFaults } from '../core/url-faults';
import { throwIfFaulty } from '../units/errors';
import { checkArguments } from '../units/argument-faults';

/**
 * Where container images are pulled from. One value redirects every image of a topology to a mirror.
 */
export class ImageRegistry {
  /** Every image from the registry that it is published in. */
  public static readonly UPSTREAM = new ImageRegistry();

  /**
   * A mirror that keeps the upstream path: `nvcr.io/nvidia/tritonserver` becomes `<host>/nvidia/tritonserver`.
   *
   * @param host host, and path prefix if any, e.g. `registry.example.com/mirror`
   * @param pullSecrets names of secrets of type `kubernetes.io/dockerconfigjson` in the namespace of the pods
   * @throws UnscopedValidationError for a list of secrets that only Terraform knows, and for a host with a user name or a password
   */
  public static mirror(host: string, pullSecrets: string[] = []): ImageRegistry {
    throwIfFaulty(urlSecretFaults('host', `oci://${host}`, 'name the pull secret that has it: pullSecrets'));
    throwIfFaulty(knownListFaults('pullSecrets', pullSecrets, 'pods and charts name each secret'));
    return new ImageRegistry(host.replace(/\/+$/, ''), pullSecrets);
  }

  /** Host of the mirror. @default - images come from upstream */
  public readonly host?: string;
  /** Names of the pull secrets that pods need. */
  public readonly pullSecrets: string[];

  private constructor(host?: string, pullSecrets: string[] = []) {
    this.host = host;
    this.pullSecrets = [...pullSecrets];
  }

  /**
   * The reference by which to pull an image.
   *
   * @param image upstream reference with its registry host, e.g. `nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3`
   */
  public resolve(image: string): string {
    if (!this.host) return image;
    const [first, ...rest] = image.split('/');
    const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
    return `${this.host}/${hasHost ? rest.join('/') : image}`;
  }
}

checkArguments('ImageRegistry', ImageRegistry);
