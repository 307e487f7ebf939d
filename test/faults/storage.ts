import { Construct } from 'constructs';
import { ModelStore } from '../../lib/storage/model-store';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

const props = { bucketName: 'models', endpoint: 'https://objects.example', credentials: { secretName: 'store' } };

export const TEXTS: FaultText[] = [
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
    text: "endpoint must be an http or https URL without a path, e.g. 'https://s3.example.com:9000'; got 's3.example.com'",
    refuse: () => ModelStore.s3Compatible(testStack(), 'Models', { ...props, endpoint: 's3.example.com' }),
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
];
