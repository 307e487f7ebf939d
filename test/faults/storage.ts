import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { validationFaults } from '../../lib/core/validation';
import { ModelStore } from '../../lib/storage/model-store';
import { testStack } from '../support/synth';
import { warningsOf } from '../support/faults';
import { DataSize, Duration, Weekday } from '../../lib/units';
import { TestStore } from '../serving/support/fixtures';
import { KEY, release, sync } from '../storage/sync/support';
import { testCluster } from '../support/test-cluster';
import { readingCluster } from '../storage/reading-cluster';
import { FaultText } from './fault-text';

const props = { bucketName: 'models', endpoint: 'https://objects.example', credentials: { name: 'store' } };

/** A store whose provider assumes a role, used by a role that another provider makes. */
function storeUsedFrom(account?: string, writes = false): ModelStore {
  const stack = testStack();
  const assumeRole = (id: string) => [{ roleArn: `arn:aws:iam::${id}:role/deploy` }];
  const region = 'us-west-2';
  const own = new AwsProvider(stack, 'Own', { region, assumeRole: assumeRole('111111111111'), alias: 'own' });
  const other = account ? { alias: 'other', assumeRole: assumeRole(account) } : { alias: 'other', profile: 'other' };
  const store = new ModelStore(stack, 'Models', { provider: own });
  const cluster = readingCluster(stack, new AwsProvider(stack, 'Other', { region, ...other }));
  const role = cluster.serviceAccountRole('inference', 'chat')!;
  if (writes) store.grantReadWrite(role);
  else store.grantRead(role);
  return store;
}

export const TEXTS: FaultText[] = [
  {
    id: 'SYNC_EXCEEDS_CACHE',
    property: 'cacheSize',
    text:
      'cacheSize must be at least 24576 MiB: 8192 MiB for the version that is served, as much for the one before, which comes back when a check fails, and ' +
      'as much for the one that comes; got 20480 MiB; raise it, or serve a smaller variant',
    refuse: () => sync(testStack(), { cacheSize: DataSize.gib(20) }),
  },
  {
    id: 'PRIVATE_KEY_GIVEN',
    property: 'keys[0].publicKey',
    text:
      'keys[0].publicKey must be a public key, but it is a private one, which would be in the state of Terraform; make another pair, because this one has been ' +
      'in a program, and give what `openssl pkey -in key.pem -pubout` writes',
    refuse: () => sync(testStack(), { keys: [{ publicKey: '-----BEGIN PRIVATE KEY-----' }] }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'keys[0].publicKey',
    text:
      "keys[0].publicKey must be a public key of Ed25519 in PEM, beginning with '-----BEGIN PUBLIC KEY-----'; make a pair by `openssl genpkey -algorithm " +
      'ed25519 -out key.pem` and give what `openssl pkey -in key.pem -pubout` writes',
    refuse: () => sync(testStack(), { keys: [{ publicKey: 'key' }] }),
  },
  {
    id: 'NO_KEY_IN_FORCE',
    property: 'keys',
    text: 'keys must have a key that is not revoked, or every release would be refused; got 1, all of them revoked; add the key that signs from now on',
    refuse: () => sync(testStack(), { keys: [{ publicKey: KEY, revoked: true }] }),
  },
  {
    id: 'SYNC_SLOWER_THAN_WINDOWS',
    text:
      'a version of 8192 MiB takes 1146 minutes at 1 Mbit/s, but windows are open for 120 minutes a week, so that it comes after more than a week; allow ' +
      '9.6 Mbit/s, open windows for longer, or accept the warning',
    faults: () =>
      warningsOf(
        sync(testStack(), {
          windows: [{ start: '02:00', duration: Duration.hours(2), days: [Weekday.SUNDAY] }],
          maxMegabitsPerSecond: 1,
        }),
      ),
  },
  {
    id: 'DUPLICATE',
    property: 'number',
    text:
      "number must differ from those of other releases of channel 'stable' of 'chat', because sites tell them apart by it; got 7, which 'test/Stable' has; " +
      'give the later one 8',
    refuse: () => {
      const stack = testStack();
      const [cluster, modelStore] = [testCluster(stack), new TestStore(stack, 'Weights')];
      release(stack, { cluster, modelStore });
      release(stack, { cluster, modelStore, version: '4' }, 'Next');
    },
  },
  {
    id: 'STORE_WITHOUT_IAM',
    property: 'role',
    text:
      "role 'test/Role' cannot be granted access, because the store at https://objects.example does not know IAM roles; give its readers " +
      'the credentials secret instead',
    refuse: () => {
      const stack = testStack();
      const role = Object.assign(new Construct(stack, 'Role'), {
        roleName: 'reader',
        roleArn: 'arn:aws:iam::1:role/reader',
      });
      ModelStore.s3Compatible(stack, 'Models', props).grantRead(role);
    },
  },
  {
    id: 'INVALID_FORMAT',
    property: 'endpoint',
    text: "endpoint must be an http or https URL of host and port only, e.g. 'https://s3.example.com:9000'; got 's3.example.com'",
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 's3.example.com' }),
  },
  {
    id: 'CREDENTIALS_IN_ENDPOINT',
    property: 'endpoint',
    text: 'endpoint must not contain a user name, a password or another secret, which would be in the state of Terraform; put them in the secret that credentials names',
    refuse: () =>
      ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 'https://me:secret@s3.example' }),
  },
  {
    id: 'ENDPOINT_NOT_REACHABLE',
    property: 'endpoint',
    text: "endpoint must be reached from pods, but '127.0.0.1' is loopback; give the host or the address of the store, e.g. 'http://minio.storage.svc:9000'",
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 'https://127.0.0.1:9000' }),
  },
  {
    id: 'ENDPOINT_MAY_BE_A_SERVICE',
    text:
      "endpoint 'https://10.0.0.9' is a private address; if it is that of a Service of the cluster, network policies cut pods off from it, since they " +
      "are applied to the pods behind it: write its host as '<service>.<namespace>.svc', or pass endpointNamespace; if it is outside of the cluster, say " +
      "so by Warnings.accept(stack, 'ENDPOINT_MAY_BE_A_SERVICE', '<reason>') before the store",
    faults: () =>
      warningsOf(ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 'https://10.0.0.9' })),
  },
  {
    id: 'ENDPOINT_NOT_ENCRYPTED',
    text: "the store is reached by http, so that everyone on the way can read the weights and change them; got endpoint 'http://s3.example'; use https",
    faults: () =>
      warningsOf(ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 'http://s3.example' })),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'endpoint',
    text: 'the port of endpoint must be from 1 to 65535; got 99999',
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 'https://s3.example:99999' }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'region',
    text: "region must consist of letters, digits and hyphens, e.g. 'eu-central-1'; got 'eu bad'",
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, region: 'eu bad' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'credentials.key',
    text:
      "credentials.key must be a key of a Kubernetes secret (1 to 253 letters, digits, '-', '_' and '.', not beginning with '..'); " +
      "got 'a/b'",
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, credentials: { name: 's', key: 'a/b' } }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'credentials',
    text: 'credentials must be an object with the properties of ModelStoreCredentials: name; got nothing',
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, credentials: undefined as never }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'bucketName',
    text: 'bucketName must be a text; got nothing',
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, bucketName: undefined as never }),
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'noncurrentVersionDays',
    text: 'noncurrentVersionDays must be a whole number of at least 1; got 0.5',
    refuse: () => new ModelStore(testStack(), 'Models', { noncurrentVersionDays: 0.5 }),
  },
  {
    id: 'RESERVED',
    property: 'bucketName',
    text: "bucketName must not begin with 'xn--', which S3 reserves; got 'xn--models'",
    refuse: () => new ModelStore(testStack(), 'Models', { bucketName: 'xn--models' }),
  },
  {
    id: 'DUPLICATE',
    property: 'bucketName',
    text: "'test/First' makes bucket 'models' already; use that store, or ModelStore.fromBucketName, or give this one another bucketName",
    refuse: () => {
      const stack = testStack();
      for (const id of ['First', 'Second']) new ModelStore(stack, id, { bucketName: 'models' });
    },
  },
  {
    id: 'STORE_IN_OTHER_REGION',
    property: 'region',
    text:
      "region is 'eu-west-1', but the bucket is made in us-west-2, for which the AWS provider is; pass a provider for eu-west-1, or leave region " +
      'out',
    refuse: () => new ModelStore(testStack(), 'Models', { region: 'eu-west-1' }),
  },
  {
    id: 'STORE_OF_OTHER_PARTITION',
    text:
      "role 'test/Cluster/Role-inference--chat' is made in partition aws of AWS and the store is in aws-cn, into which no role of another partition is " +
      'let; if the bucket is in aws, say so by its partition; if not, keep the models in a bucket of aws',
    faults: () => {
      const stack = testStack();
      const store = ModelStore.fromBucketName(stack, 'Models', 'models', { partition: 'aws-cn' });
      store.grantRead(readingCluster(stack).serviceAccountRole('inference', 'chat'));
      return validationFaults(store);
    },
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'partition',
    text:
      'partition must be one of aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f; got ' +
      "'cn'",
    refuse: () => ModelStore.fromBucketName(testStack(), 'Models', 'models', { partition: 'cn' }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'partition',
    text: "partition is 'aws', but region 'cn-north-1' is of 'aws-cn'; give those of one partition",
    refuse: () =>
      ModelStore.fromBucketName(testStack(), 'Models', 'models', { partition: 'aws', region: 'cn-north-1' }),
  },
  {
    id: 'STORE_OF_OTHER_ACCOUNT',
    property: 'readers',
    text:
      "role 'test/Cluster/Role-inference--chat' is made in account 222222222222 and the store in account 111111111111, so that S3 and KMS " +
      "refuse it unless the store lets it in; add '222222222222' to readers of the store",
    faults: () => validationFaults(storeUsedFrom('222222222222')),
  },
  {
    id: 'STORE_OF_OTHER_ACCOUNT',
    property: 'writers',
    text:
      "role 'test/Cluster/Role-inference--chat' is made in account 222222222222 and the store in account 111111111111, so that S3 and KMS " +
      "refuse it unless the store lets it in; add '222222222222' to writers of the store",
    faults: () => validationFaults(storeUsedFrom('222222222222', true)),
  },
  {
    id: 'STORE_OF_OTHER_IDENTITY',
    text:
      "role 'test/Cluster/Role-inference--chat' is made with other credentials than the store; if they are of another account, S3 and KMS " +
      "refuse it unless the store lets it in: add the 12 digits of the role's account to readers of the store, or say that it is one " +
      "account by Warnings.accept(store, 'STORE_OF_OTHER_IDENTITY', '<reason>')",
    faults: () => {
      const store = storeUsedFrom();
      validationFaults(store);
      return warningsOf(store);
    },
  },
];
