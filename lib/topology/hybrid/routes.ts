import { HybridRouting } from './hybrid-routing';

/**
 * Where requests for one name go.
 *
 * @internal
 */
export interface Route {
  /** Name of the model in requests. */
  readonly model: string;
  /** `site first`, `stays`, `cloud`, or `cloud first` where the site has a fallback for it. */
  readonly way: 'site first' | 'stays' | 'cloud' | 'cloud first';
  /** As text, e.g. `risk: the site first, then risk-65b of the cloud`. */
  readonly text: string;
}

/**
 * Where requests go, by the names that they have.
 *
 * @param atSite names that the servers of the site answer
 * @param routing what goes where @default - nothing leaves the site
 *
 * @internal
 */
export function routesOf(atSite: readonly string[], routing: HybridRouting | undefined): Route[] {
  const models = routing?.models ?? {};
  const kept = atSite
    .filter((model) => !Object.hasOwn(models, model))
    .map((model): Route => ({ model, way: 'stays', text: `${model}: the site alone` }));
  const routed = Object.entries(models).map(([model, { cloudModel, fallbackModel }]): Route => {
    if (atSite.includes(model))
      return { model, way: 'site first', text: `${model}: the site first, then ${cloudModel} of the cloud` };
    const alone = `${model}: ${cloudModel} of the cloud, for the site has no such model`;
    return fallbackModel === undefined
      ? { model, way: 'cloud', text: alone }
      : { model, way: 'cloud first', text: `${alone}; ${fallbackModel} of the site in its place` };
  });
  return [...kept, ...routed];
}
