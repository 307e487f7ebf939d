import { VllmRelease } from '../../../lib/catalog';
import { ServingImage } from '../../../lib/images';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { VllmOverrides, deployVllm } from '../support/vllm-fixtures';

const PUBLISHED = 'docker.io/vllm/vllm-openai';
const refused = (overrides: VllmOverrides) => idsOf(faultsThrown(() => deployVllm(overrides)));

test.each<[string, VllmOverrides]>([
  ['vllm/vllm-openai:v0.19.0', {}],
  [`${PUBLISHED}:v0.24.1`, {}],
  [`${PUBLISHED}:v0.24.0rc1`, {}],
  [`${PUBLISHED}:v0.19.0-cu129`, {}],
  [`${PUBLISHED}:v0.19.0@sha256:${'a'.repeat(64)}`, {}],
  ['mirror.example.com:5000/hub/vllm/vllm-openai:v0.19.0', {}],
  [`${PUBLISHED}:v0.24.0`, { vllmRelease: VllmRelease.of('0.31.0') }],
])('%s is another release than the models are planned for', (vllmImage, more) => {
  expect(refused({ ...more, vllmImage })).toEqual(['IMAGE_TAG_CONTRADICTS_RELEASE vllmImage']);
});

test.each<[string, VllmOverrides]>([
  [`${PUBLISHED}:v0.24.0`, {}],
  [`${PUBLISHED}:v0.24.0-x86_64`, {}],
  [`${PUBLISHED}:v0.31.0`, { vllmRelease: VllmRelease.of('0.31.0') }],
  [`${PUBLISHED}:latest`, {}],
  [`${PUBLISHED}@sha256:${'a'.repeat(64)}`, {}],
  ['registry.example.com/team/vllm:v0.19.0', {}],
  ['registry.example.com/myvllm/vllm-openai:v0.19.0', {}],
])('%s may be it', (vllmImage, more) => {
  expect(() => deployVllm({ ...more, vllmImage })).not.toThrow();
});

test.each<[string, VllmOverrides, string[]]>([
  [`${PUBLISHED}:latest`, {}, ['IMAGE_TAG_MOVES']],
  ['vllm/vllm-openai:nightly', {}, ['IMAGE_TAG_MOVES']],
  [`${PUBLISHED}:nightly-aarch64`, {}, ['IMAGE_TAG_MOVES']],
  [`${PUBLISHED}:latest-cu129`, {}, ['IMAGE_TAG_MOVES']],
  ['mirror.example.com:5000/hub/vllm/vllm-openai:latest', {}, ['IMAGE_TAG_MOVES']],
  [`${PUBLISHED}:latest@sha256:${'a'.repeat(64)}`, {}, []],
  [`${PUBLISHED}:nightly-${'a'.repeat(40)}`, {}, []],
  [`${PUBLISHED}:v0.24.0`, {}, []],
  ['mirror.example.com/vllm/vllm-openai:latestfix', {}, []],
  ['registry.example.com/team/vllm:latest', {}, []],
])('%s is warned of where its tag moves', (vllmImage, more, ids) => {
  const { deployment } = deployVllm({ ...more, vllmImage });
  expect(idsOf(warningsOf(deployment)).filter((id) => id.startsWith('IMAGE'))).toEqual(ids);
});

test('an image of one’s own is judged by its tag alike', () => {
  const servingImage = (tag: string) =>
    ServingImage.vllm({ repository: 'registry.example.com/vllm/vllm-openai', tag, release: VllmRelease.of('0.24.0') });
  expect(refused({ servingImage: servingImage('v0.19.0') })).toEqual(['IMAGE_TAG_CONTRADICTS_RELEASE servingImage']);
  expect(() => deployVllm({ servingImage: servingImage('v0.24.0-ours') })).not.toThrow();
});
