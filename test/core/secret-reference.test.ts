import { STRUCTS } from '../../lib/units/public-kinds';

const properties = Object.entries(STRUCTS).flatMap(([struct, row]) =>
  row.split('; ').map((each) => {
    const [name, type] = each.split(/\??: /);
    return { struct, name, type };
  }),
);

describe('secrets of Kubernetes', () => {
  test('are named by name and key, in every struct', () => {
    const withKey = properties.filter(({ name }) => name === 'key').map(({ struct }) => struct);
    const ofSecrets = withKey.filter((struct) => /Secret|Credentials/.test(struct));
    expect(ofSecrets.sort()).toEqual(['ModelStoreCredentials', 'SecretReference']);
    for (const struct of ofSecrets) {
      const names = properties.filter((each) => each.struct === struct).map(({ name }) => name);
      // A certificate is not one key of a secret.
      const more = struct === 'ModelStoreCredentials' ? ['rolesAnywhere'] : [];
      expect(names).toEqual(['name', 'key', ...more]);
    }
    expect(properties.filter(({ name }) => name === 'secretName')).toEqual([]);
  });

  test.each([
    ['SlackReceiverProps', 'webhookUrl', 'SecretReference'],
    ['PagerDutyReceiverProps', 'routingKey', 'SecretReference'],
    ['WebhookReceiverProps', 'urlSecret', 'SecretReference'],
    ['WebhookReceiverProps', 'bearerToken', 'SecretReference'],
    ['EmailReceiverProps', 'password', 'SecretReference'],
    ['EmailReceiverProps', 'certificateAuthority', 'SecretReference'],
    ['SnsReceiverProps', 'credentials', 'SecretReference'],
    ['WebSecurity', 'webConfig', 'SecretReference'],
    ['WebSecurity', 'password', 'SecretReference'],
    ['HuggingFaceSource', 'token', 'SecretReference'],
    ['PodAdditions', 'secretEnvironment', 'SecretReference{}'],
    ['Sidecar', 'secretEnvironment', 'SecretReference{}'],
  ])('%s.%s is a reference', (struct, name, type) => {
    expect(properties).toContainEqual({ struct, name, type });
  });
});
