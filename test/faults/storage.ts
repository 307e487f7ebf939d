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
];
