import { kubernetesNameFault } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { throwIfFaulty } from '../units/errors';
import { checkArguments } from '../units/argument-faults';

/**
 * Name of a network that Multus attaches to pods. Create it once and pass it both to the attachment of a fabric, which uses the network,
 * and to the `SecondaryNetwork` that creates it, so that the two cannot differ.
 *
 * ```ts
 * const rail = NetworkName.of('rail-0');
 * const fabric = RdmaFabric.roce({ adaptersPerNode: 1, gbpsPerAdapter: 400, attachment: RdmaAttachment.sharedDevices({ networks: [rail] }) });
 * new MacvlanNetwork(stack, 'Rail0', { operator, network: rail, master: 'ens2f0', ipPool });
 * ```
 */
export class NetworkName {
  /**
   * The name of a network. Throws a `UnscopedValidationError` when the name or the namespace is not an RFC 1123 label.
   *
   * @param name name of the network
   * @param namespace its namespace
   */
  public static of(name: string, namespace = 'default'): NetworkName {
    const faults = Object.entries({ name, namespace }).flatMap(([property, text]) => {
      const token = concreteFault(property, text, 'pods name the network by it');
      return token.length > 0 ? token : kubernetesNameFault(property, text);
    });
    throwIfFaulty(faults);
    return new NetworkName(name, namespace);
  }

  /** Name of the network. */
  public readonly name: string;
  /** Namespace of the network. */
  public readonly namespace: string;

  private constructor(name: string, namespace: string) {
    this.name = name;
    this.namespace = namespace;
  }

  /** What Multus and fabrics call the network: `<namespace>/<name>`. */
  public get reference(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** The reference. */
  public toString(): string {
    return this.reference;
  }
}

checkArguments('NetworkName', NetworkName);
