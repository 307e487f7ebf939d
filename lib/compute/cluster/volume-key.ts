/**
 * What EBS asks of whoever makes a volume that a customer's key encrypts, or launches an instance with one; without it the volume is gone, or the
 * instance ends, as soon as it was made. The key's own policy must leave the decision to the policies of the account.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 *
 * @internal
 */
export function volumeKeyStatements(keyArn: string): object[] {
  const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncrypt*'];
  const allow = { Effect: 'Allow', Resource: keyArn };
  return [
    { Sid: 'UseVolumeKey', ...allow, Action: use },
    {
      Sid: 'GrantVolumeKey',
      ...allow,
      Action: ['kms:CreateGrant'],
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
}
