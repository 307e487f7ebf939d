import { SecretReference } from '../../core/secret-reference';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';

/**
 * A topic of Amazon SNS to publish alerts to.
 */
export interface SnsReceiverProps {
  /**
   * ARN of the topic. Everybody and everything that is subscribed to it is told: e-mail, SMS, Lambda, SQS. To a FIFO topic, whose name ends in
   * `.fifo`, only SQS can be subscribed, and it drops a second message of a group of alerts within five minutes of the first: one that says that
   * the alerts are over among them.
   */
  readonly topicArn: string;
  /** Region of the topic, for an ARN that only Terraform knows. @default - that of the ARN */
  readonly region?: string;
  /**
   * Secret that holds a file of credentials as the AWS CLI has it, `~/.aws/credentials`, with a profile `default`: for clusters whose pods cannot act
   * with IAM roles. All SNS receivers of a monitoring stack have the same.
   * @default - an IAM role of Alertmanager's service account, which may publish to the topics of the stack's receivers and nothing else. A topic that
   * is encrypted by a key of one's own needs `kms:GenerateDataKey*` and `kms:Decrypt` in the key's policy for it
   */
  readonly credentials?: SecretReference;
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html: names of topics */
const ARN = /^arn:aws[a-z-]*:sns:([a-z]{2}[a-z0-9-]*-\d):\d{12}:(?:[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo)$/;
const REGION = /^[a-z]{2}[a-z0-9-]*-\d$/;

/**
 * Subject of the messages. That of Alertmanager names labels with their values: SNS refuses a message whose subject has 100 characters or more.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const SUBJECT =
  '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] ' +
  '{{ with .CommonLabels.alertname }}{{ . }}{{ else }}several alerts{{ end }}';

/**
 * Entry of `sns_configs` in Alertmanager's configuration.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#sns_config
 *
 * @internal
 */
export function snsConfig({ topicArn, region }: SnsReceiverProps): object {
  return {
    topic_arn: topicArn,
    sigv4: { region: region ?? ARN.exec(topicArn)?.[1] },
    subject: SUBJECT,
    send_resolved: true,
  };
}

/**
 * What is wrong with it, beside its secret.
 *
 * @param at path of the receiver
 * @param props what was given
 *
 * @internal
 */
export function snsFaults(at: string, { topicArn, region }: SnsReceiverProps): Fault[] {
  const [its] = [ARN.exec(topicArn)?.[1]];
  const unknown = hasToken(topicArn);
  return [
    ...(unknown || its !== undefined ? [] : [arnFault(`${at}.topicArn`, topicArn)]),
    ...(unknown && region === undefined ? [missingRegion(at)] : []),
    ...(region === undefined || hasToken(region) ? [] : regionFaults(`${at}.region`, region, its)),
  ];
}

function arnFault(property: string, arn: string): Fault {
  const reason =
    `${property} must be the ARN of a topic of Amazon SNS, e.g. 'arn:aws:sns:eu-central-1:123456789012:alerts'; ` +
    `got ${givenValue(arn)}`;
  return fault('INVALID_FORMAT', property, reason);
}

function missingRegion(at: string): Fault {
  const reason = `${at} needs region, because only Terraform knows its topicArn, which would tell it; give the region of the topic`;
  return fault('MISSING_PROPERTY', `${at}.region`, reason);
}

function regionFaults(property: string, region: string, its: string | undefined): Fault[] {
  if (!REGION.test(region))
    return [
      fault(
        'INVALID_FORMAT',
        property,
        `${property} must be a region of AWS, e.g. 'eu-central-1'; got ${givenValue(region)}`,
      ),
    ];
  if (its === undefined || its === region) return [];
  const reason = `${property} '${region}' is not that of topicArn, '${its}', in which its requests must be signed; leave ${property} out`;
  return [fault('CONFLICTING_PROPERTIES', property, reason)];
}
