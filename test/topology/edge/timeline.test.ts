import { Duration, EdgeTopology, OutageEffect } from '../../../lib';
import { outageTimeline, timelineText } from '../../../lib/topology/shared/outage-timeline';
import { testStack } from '../../support/synth';
import { RELEASE_KEY, edgeSite } from './edge-site';

const UPLINK = { url: 'https://hub.example.com/api/v1/write', maxOutage: Duration.hours(72) };
const tell = (edge: EdgeTopology) =>
  edge.timeline.map(({ after, effect, what }) => `${after} ${effect}: ${what}`).join('\n');

describe('what happens from the moment at which the link is cut', () => {
  test('to a site that writes to a hub', () => {
    const edge = edgeSite(testStack(), { monitoringOptions: { alertReceivers: [], uplink: UPLINK } });
    const text = tell(edge);
    expect(text).toMatch(/^0s works: requests that the site answers are answered$/m);
    expect(text).toMatch(/^10m tells: UplinkDown fires at the site$/m);
    expect(text).toMatch(/^11m tells: EdgeSiteSilent fires at the hub$/m);
    expect(text).toMatch(/^54h tells: UplinkBufferFilling/m);
    expect(text).toMatch(/^72h loses: the oldest samples/m);
    expect(text).toMatch(/^360h loses: the site itself forgets its oldest series$/m);
    expect(text).not.toContain('cloud');
    expect(edge.explain()).toContain(timelineText(edge.timeline));
  });

  test('to one that keeps its series to itself, and has one machine', () => {
    const text = tell(edgeSite(testStack()));
    expect(text).not.toMatch(/hub|vmagent/);
    expect(text).toContain('the one machine restarts with its control plane');
  });

  test('to one that nothing watches', () => {
    const text = tell(edgeSite(testStack(), { monitoring: false, monitoringOptions: undefined }));
    expect(text).not.toMatch(/tells|loses/);
  });

  test('to one whose models follow a channel', () => {
    const text = tell(edgeSite(testStack(), { sync: { keys: [RELEASE_KEY] } }));
    expect(text).toContain('0s waits: a download of a model stops');
    expect(text).toMatch(/^72h tells: ModelSyncLate/m);
  });

  test.each([
    [true, 'are answered by the site'],
    [false, 'are refused at once'],
  ])('to requests for a cloud, where the site answers in its place: %s', (siteAnswers, said) => {
    const { outage } = edgeSite(testStack());
    const events = outageTimeline({
      ...{ outage, nodes: 2, isWatched: true, hasUplink: false, retentionDays: 15, isSynced: false },
      fallback: { siteAnswers },
    });
    const found = events.find(({ effect }) => effect === OutageEffect.FALLS_BACK);
    expect(found?.what).toContain(said);
    // Two connections that fail, the first after ten seconds.
    expect(found?.after).toEqual(Duration.seconds(18));
    expect(events.map(({ after }) => after.toSeconds())).toEqual(
      events.map(({ after }) => after.toSeconds()).sort((a, b) => a - b),
    );
  });
});
