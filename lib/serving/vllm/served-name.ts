import { ServedModel } from './served-model';

/**
 * The name a model is served under.
 *
 * @internal
 */
export function servedName({ name, model }: ServedModel): string {
  return name ?? model.name;
}
