import { flagFault } from '../../lib/units/kind-faults';
import { structFaults } from '../../lib/units/struct-faults';
import { keyArnFaults, roleArnFaults } from '../../lib/core/aws-arn';
import { concreteFault } from '../../lib/core/tokens';
import { plainUrlFaults } from '../../lib/core/url-faults';
import { kubernetesNameFault } from '../../lib/core/naming';
import { Lazy } from 'cdktf';
import { FaultText } from './fault-text';

/** The sentences of faults that every layer has. */
export const TEXTS: FaultText[] = [
  {
    id: 'ARN_OF_OTHER_REGION',
    property: 'volumeKeyArn',
    text: "volumeKeyArn must be of us-west-2, in which it is used; got 'arn:aws:kms:eu-central-1:123456789012:key/1' of eu-central-1",
    faults: () => keyArnFaults('volumeKeyArn', 'arn:aws:kms:eu-central-1:123456789012:key/1', { region: 'us-west-2' }),
  },
  {
    id: 'ARN_OF_OTHER_ACCOUNT',
    property: 'nodeRoleArn',
    text: "nodeRoleArn must be of account 123456789012, in which it is used; got 'arn:aws:iam::999999999999:role/nodes' of account 999999999999",
    faults: () => roleArnFaults('nodeRoleArn', 'arn:aws:iam::999999999999:role/nodes', { account: '123456789012' }),
  },
  {
    id: 'ARN_OF_OTHER_PARTITION',
    property: 'nodeRoleArn',
    text: "nodeRoleArn must be of partition 'aws', as its region is; got 'arn:aws-cn:iam::123456789012:role/nodes'",
    faults: () => roleArnFaults('nodeRoleArn', 'arn:aws-cn:iam::123456789012:role/nodes', { region: 'us-west-2' }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'kmsKeyArn',
    text:
      "kmsKeyArn must be the ARN of a KMS key, e.g. 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'; got " +
      "'alias/models': that is an alias, which no policy of IAM matches; give the ARN of its key",
    faults: () => keyArnFaults('kmsKeyArn', 'alias/models'),
  },
  {
    id: 'WRONG_KIND',
    property: 'placement',
    text: 'placement must be a value such as Placement.none(), Placement.clusterGroup() or Placement.existing(...); got {"kind":"none"}',
    faults: () =>
      structFaults('Ec2GpuNodePoolOptions', { placement: { kind: 'none' } }).filter(
        ({ property }) => property === 'placement',
      ),
  },
  {
    id: 'UNKNOWN_PROPERTY',
    property: 'systemNodes.minNode',
    text: "systemNodes: SystemNodes has no property 'minNode'; nearest: 'minNodes'; correct it, or leave it out",
    faults: () => structFaults('SystemNodes', { minNode: 1 }, 'systemNodes'),
  },
  {
    id: 'WRONG_KIND',
    property: 'rdma',
    text: "rdma must be true or false; got 'no'",
    faults: () => flagFault('rdma', 'no'),
  },
  {
    id: 'VALUE_NOT_CONCRETE',
    property: 'maxNodes',
    text:
      'maxNodes must be known at synthesis because nodes are counted; got a token (a value Terraform only knows later); ' +
      'pass a literal value',
    faults: () => concreteFault('maxNodes', Lazy.numberValue({ produce: () => 1 }), 'nodes are counted'),
  },
  {
    id: 'SECRET_IN_URL',
    property: 'url',
    text:
      "url must not hold a secret, because it becomes part of the state and of the cluster; got the parameter 'token' in a URL of " +
      "'a.example.com'; pass it otherwise",
    faults: () => plainUrlFaults('url', 'https://a.example.com/?token=x', 'pass it otherwise'),
  },
  {
    id: 'INVALID_NAME',
    property: 'namespace',
    text:
      'namespace must be an RFC 1123 label (lower-case letters, digits and hyphens, starting and ending with a letter or digit, ' +
      "at most 63 characters); got 'My_Space'; for example 'my-space'",
    faults: () => kubernetesNameFault('namespace', 'My_Space'),
  },
];
