import { cloudSeconds } from './edge-listeners';
import { PlannedEdge, PlannedEdgeModel, PlannedShare, TO_CLOUD, wayTo } from './edge-plan';
import { ERRORS } from './openai-errors';
import { answer, found, modelMatch, shareAmong } from './route-parts';

/**
 * Routes of models that may leave a site, before those of the site: by where a script has found a request to go. One for which it has not is for the
 * servers of the site alone, also because it failed.
 *
 * @internal
 */
export function edgeRoutes(edge: PlannedEdge, idleSeconds: number): object[] {
  return edge.models.flatMap((each) => [
    ...leaving(each, idleSeconds + cloudSeconds(edge, idleSeconds)),
    ...(each.site.length === 0 ? [staying(each, idleSeconds)] : []),
  ]);
}

function leaving({ model, paths, site, instead }: PlannedEdgeModel, idleSeconds: number): object[] {
  const place = (name: string) => found('place', { string_match: { exact: name } });
  const toCloud = instead.length > 0 ? tries('last', instead) : { cluster: TO_CLOUD };
  return [
    ...(site.length > 0
      ? [
          {
            name: `first-${model}`,
            match: modelMatch(model, paths, place('first')),
            route: { ...tries('first', site), ...times(idleSeconds) },
          },
        ]
      : []),
    {
      name: `cloud-${model}`,
      match: modelMatch(model, paths, place('cloud')),
      route: { ...toCloud, ...times(idleSeconds) },
    },
  ];
}

/** What only the cloud has, of a request that must not leave. */
function staying({ model, paths, instead }: PlannedEdgeModel, idleSeconds: number): object {
  const match = modelMatch(model, paths);
  const name = `stay-${model}`;
  if (instead.length === 0) return { name, match, ...answer(404, ERRORS.staysHere, true) };
  return { name, match, route: { ...shareAmong(named('site', instead)), ...times(idleSeconds) } };
}

/** The second try is the last: before its answer begins, and for every way to fail. */
function tries(kind: 'first' | 'last', shares: readonly PlannedShare[]): object {
  return {
    ...shareAmong(named(kind, shares)),
    retry_policy: {
      retry_on: '5xx,retriable-status-codes',
      retriable_status_codes: [429],
      num_retries: 1,
      retry_back_off: { base_interval: '0.001s', max_interval: '0.01s' },
    },
  };
}

function named(kind: 'site' | 'first' | 'last', shares: readonly PlannedShare[]): PlannedShare[] {
  return shares.map(({ name, weight }) => ({ name: wayTo(kind, name), weight }));
}

function times(idleSeconds: number): object {
  return { timeout: '0s', idle_timeout: `${idleSeconds}s` };
}
