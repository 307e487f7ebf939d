import { withoutTokenTraces } from '../../lib/core/token-traces';

const traced = (): object => {
  const object = {};
  Error.captureStackTrace(object);
  return object;
};

test('constructs are made without traces, errors have theirs, and afterwards all is as before', () => {
  const { captureStackTrace } = Error;
  expect(withoutTokenTraces(traced)).not.toHaveProperty('stack');
  const thrown = () => {
    withoutTokenTraces(() => {
      throw new Error('no');
    });
  };
  expect(thrown).toThrow('no');
  try {
    thrown();
  } catch (error) {
    expect((error as Error).stack).toContain('token-traces.test.ts');
  }
  expect(Error.captureStackTrace).toBe(captureStackTrace);
  expect(traced()).toHaveProperty('stack');
});
