import { bestOnDisk, shortSource } from './provider-installation';
import { ProviderOnDisk } from './tools';

/**
 * Fits a synthesised stack to the providers on disk: where the version asked for is not there, the newest that is there takes its
 * place. An attribute that this older version does not know then fails the plan; so far the stacks use none.
 */
export function adaptToProviders(stack: any, providers: readonly ProviderOnDisk[]): any {
  const adapted = structuredClone(stack);
  const required: { [name: string]: { source: string; version?: string } } =
    adapted.terraform?.required_providers ?? {};
  for (const provider of Object.values(required)) {
    provider.version = bestOnDisk(providers, shortSource(provider.source), provider.version) ?? provider.version;
  }
  return adapted;
}
