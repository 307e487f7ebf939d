import { isAllowed, isDenied } from './iam-policy';

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

describe('the policy evaluator', () => {
  const read = policy({ Effect: 'Allow', Action: 's3:Get*', Resource: '${bucket.arn}/*' });

  test('allows what matches and denies what nothing allows', () => {
    expect(isAllowed([read], { action: 's3:GetObject', resource: '${bucket.arn}/a/b' })).toBe(true);
    expect(isAllowed([read], { action: 's3:PutObject', resource: '${bucket.arn}/a/b' })).toBe(false);
    expect(isAllowed([read], { action: 's3:GetObject', resource: '${bucket.arn}' })).toBe(false);
    expect(isAllowed([read], { action: 's3:GetObject', resource: '${otherXarn}/a' })).toBe(false);
  });

  test('lets a denial win', () => {
    const deny = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { tls: 'false' } },
    });
    const request = { action: 's3:GetObject', resource: '${bucket.arn}/a' };
    expect(isAllowed([read, deny], { ...request, context: { tls: 'false' } })).toBe(false);
    expect(isDenied([deny], { ...request, context: { tls: 'false' } })).toBe(true);
    expect(isAllowed([read, deny], { ...request, context: { tls: 'true' } })).toBe(true);
  });

  test('compares principals and conditions', () => {
    const trust = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'x.amazonaws.com' },
      Condition: { StringEquals: { a: '1', b: '2' } },
    });
    const request = { action: 'sts:AssumeRole', resource: '', principal: 'service:x.amazonaws.com' };
    expect(isAllowed([trust], { ...request, context: { a: '1', b: '2' } })).toBe(true);
    expect(isAllowed([trust], { ...request, context: { a: '1' } })).toBe(false);
    expect(isAllowed([trust], { ...request, principal: 'service:y', context: { a: '1', b: '2' } })).toBe(false);
  });

  test('refuses what it does not know', () => {
    const request = { action: 'a', resource: 'b', context: { k: 'v' } };
    expect(() => isAllowed([policy({ Effect: 'Allow', NotAction: 'a' })], request)).toThrow('NotAction');
    const odd = policy({ Effect: 'Allow', Action: 'a', Resource: 'b', Condition: { StringNotLike: { k: 'v' } } });
    expect(() => isAllowed([odd], request)).toThrow('StringNotLike');
  });
});
