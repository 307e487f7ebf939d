import { VllmRelease } from '../../../lib/catalog';
import { faultsThrown, idsOf } from '../../support/faults';
import { deployVllm } from '../support/vllm-fixtures';

const vllmRelease = VllmRelease.of('0.24.0');

test.each([
  ['OUT_OF_RANGE', ['--stream-interval=0']],
  ['OUT_OF_RANGE', ['--watermark', '3']],
  ['OUT_OF_RANGE', ['--block-size=-16']],
  ['WRONG_KIND', ['--max-logprobs=lots']],
  ['WRONG_KIND', ['--seed=1.5']],
  ['WRONG_KIND', ['--kv-events-config=on']],
  ['WRONG_KIND', ['--limit-mm-per-prompt', 'image=1']],
  ['INVALID_FORMAT', ['--async-scheduling=maybe']],
  ['INVALID_FORMAT', ['--async-scheduling', 'false']],
  ['INVALID_FORMAT', ['--enable-sleep-mode=true']],
  ['INVALID_FORMAT', ['--no-enable-sleep-mode=true']],
  ['INVALID_FORMAT', ['--block-size']],
  ['INVALID_FORMAT', ['--block-size', '--enable-sleep-mode']],
])('%s: a value that the parser refuses, %j', (id, extraArguments) => {
  expect(idsOf(faultsThrown(() => deployVllm({ vllmRelease, extraArguments })))).toEqual([`${id} extraArguments[0]`]);
});

test.each([
  [['--stream-interval', '4', '--enable-sleep-mode', '--no-async-scheduling', '--watermark=0.05']],
  [['--safetensors-prefetch-block-size=1k', '--limit-mm-per-prompt', '{"image":1}', '--tokenizer-revision=None']],
  [['--compilation-config.mode=0', '--seed', '-1', '--max-logprobs=-1']],
])('values as the parser takes them: %j', (extraArguments) => {
  expect(() => deployVllm({ vllmRelease, extraArguments })).not.toThrow();
});

test('what is missing, and what is too much, is said with the flag', () => {
  const extraArguments = ['--enable-sleep-mode=true', '--stream-interval=0', '--block-size'];
  expect(faultsThrown(() => deployVllm({ vllmRelease, extraArguments })).map(({ reason }) => reason)).toEqual([
    "--enable-sleep-mode is on by itself, and takes no value; got 'true'; use --enable-sleep-mode or --no-enable-sleep-mode alone",
    "--stream-interval must be a whole number at least 1; got '0'",
    '--block-size must have a value, a whole number: write --block-size=<value>',
  ]);
});
