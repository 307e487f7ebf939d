import { SecretReference } from '../../core/secret-reference';
import { plainUrlFaults } from '../../core/url-faults';
import { Fault, fault } from '../../units/fault';
import { checkArguments, throwOfFactory } from '../../units/argument-faults';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { mountedSecretFaults, secretPath } from './alert-secrets';
import { emailConfig, emailFaults, EmailReceiverProps } from './email-receiver';
import { snsConfig, snsFaults, SnsReceiverProps } from './sns-receiver';

/**
 * A Slack channel to send alerts to.
 */
export interface SlackReceiverProps {
  /** Secret that holds the URL of the incoming webhook. */
  readonly webhookUrl: SecretReference;
  /** Channel, e.g. `#inference`, or a template of Go that gives one, e.g. `#{{ .CommonLabels.team }}`. @default - the channel of the webhook */
  readonly channel?: string;
}

/**
 * A PagerDuty service to page.
 */
export interface PagerDutyReceiverProps {
  /** Secret that holds the integration key of the Events API v2. */
  readonly routingKey: SecretReference;
}

/**
 * An HTTP endpoint to post alerts to. Exactly one of `url` and `urlSecret` is needed.
 */
export interface WebhookReceiverProps {
  /**
   * URL. It is part of the configuration, so one that holds a secret is refused: a user name or password, a token or signature in its query, the path of
   * an incoming webhook or a heartbeat, and a value of Terraform that is declared to be sensitive.
   * @default - it is in `urlSecret`
   */
  readonly url?: string;
  /** Secret that holds the URL, for one that must not be read by others. It needs Alertmanager 0.28 or later. @default - it is `url` */
  readonly urlSecret?: SecretReference;
  /** Secret that holds a bearer token. @default - no authorization */
  readonly bearerToken?: SecretReference;
}

/**
 * Where Alertmanager sends alerts. What is wrong with a receiver is reported by the monitoring stack that it is given to.
 */
export class AlertReceiver {
  /**
   * A Slack channel.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the channel
   */
  public static slack(name: string, props: SlackReceiverProps): AlertReceiver {
    const { webhookUrl, channel } = props;
    const config = () => ({
      api_url_file: secretPath(webhookUrl),
      send_resolved: true,
      ...(channel ? { channel } : {}),
    });
    return new AlertReceiver(
      name,
      () => ({ slack_configs: [config()] }),
      { webhookUrl },
      (at) => templateFaults(`${at}.channel`, channel),
    );
  }

  /**
   * A PagerDuty service.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the service
   */
  public static pagerDuty(name: string, props: PagerDutyReceiverProps): AlertReceiver {
    const { routingKey } = props;
    const config = () => ({ routing_key_file: secretPath(routingKey), send_resolved: true });
    return new AlertReceiver(name, () => ({ pagerduty_configs: [config()] }), { routingKey });
  }

  /**
   * An HTTP endpoint that takes Alertmanager's webhook format.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the endpoint
   */
  public static webhook(name: string, props: WebhookReceiverProps): AlertReceiver {
    const { url, urlSecret, bearerToken } = props;
    const config = () => ({
      ...(urlSecret ? { url_file: secretPath(urlSecret) } : { url }),
      send_resolved: true,
      ...(bearerToken && { http_config: { authorization: { credentials_file: secretPath(bearerToken) } } }),
    });
    const secrets = { ...(urlSecret ? { urlSecret } : {}), ...(bearerToken ? { bearerToken } : {}) };
    return new AlertReceiver(
      name,
      () => ({ webhook_configs: [config()] }),
      secrets,
      (at) => webhookFaults(at, props),
      { url },
    );
  }

  /**
   * Mailboxes, by a mail server that others run.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the mailboxes and the server
   */
  public static email(name: string, props: EmailReceiverProps): AlertReceiver {
    const { password, certificateAuthority } = props;
    const secrets = { ...(password ? { password } : {}), ...(certificateAuthority ? { certificateAuthority } : {}) };
    return new AlertReceiver(
      name,
      () => ({ email_configs: [emailConfig(props)] }),
      secrets,
      (at) => emailFaults(at, props),
    );
  }

  /**
   * A topic of Amazon SNS, by an IAM role of Alertmanager's service account or by credentials in a secret.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the topic
   */
  public static sns(name: string, props: SnsReceiverProps): AlertReceiver {
    const { credentials } = props;
    return new AlertReceiver(
      name,
      () => ({ sns_configs: [snsConfig(props)] }),
      credentials ? { credentials } : {},
      (at) => snsFaults(at, props),
      { sns: props },
    );
  }

  /** Name of the receiver. */
  public readonly name: string;
  /** The secrets it reads; each must exist in the namespace before Alertmanager starts. */
  public readonly secrets: SecretReference[];

  /**
   * The topic that it publishes to, if it does.
   *
   * @internal
   */
  public readonly _sns?: SnsReceiverProps;

  /**
   * Whether it reads its URL from a file, which not every Alertmanager can.
   *
   * @internal
   */
  public readonly _urlInFile: boolean;

  /**
   * The URL that it is configured with, if it is.
   *
   * @internal
   */
  public readonly _url?: string;

  private readonly configuration: () => object;
  private readonly faultsAt: (property: string) => Fault[];

  private constructor(
    name: string,
    configuration: () => object,
    secrets: { readonly [property: string]: SecretReference },
    others: (property: string) => Fault[] = () => [],
    { sns, url }: { readonly sns?: SnsReceiverProps; readonly url?: string } = {},
  ) {
    this.name = name;
    this.configuration = configuration;
    this.secrets = Object.values(secrets);
    this._sns = sns;
    this._url = url;
    this._urlInFile = secrets.urlSecret !== undefined;
    this.faultsAt = (at) =>
      allOf(
        ...Object.entries(secrets).map(
          ([property, secret]) =>
            () =>
              mountedSecretFaults(`${at}.${property}`, secret),
        ),
        () => others(at),
      );
  }

  /**
   * Its entry in Alertmanager's configuration.
   *
   * @internal
   */
  public _render(): object {
    return { name: this.name, ...this.configuration() };
  }

  /**
   * What is wrong with it, beside its name.
   *
   * @param property path of the receiver
   *
   * @internal
   */
  public _faults(property: string): Fault[] {
    return this.faultsAt(property);
  }
}

checkArguments(
  'AlertReceiver',
  AlertReceiver,
  throwOfFactory((made: AlertReceiver) => made._faults('receiver'), 'receiver.'),
);

/** Alertmanager reads templates when it sends: of one that cannot be read nobody is told anything. */
function templateFaults(property: string, text: unknown): Fault[] {
  if (typeof text !== 'string') return [];
  const [empty, rest] = [/\{\{-?\s*-?\}\}/.test(text), text.replace(/\{\{.*?\}\}/gs, '')];
  if (!empty && !rest.includes('{{')) return [];
  const reason =
    `${property} must be a text whose templates of Go are whole, e.g. '#{{ .CommonLabels.team }}'; got ${givenValue(text)}: Alertmanager could not ` +
    'send anything';
  return [fault('INVALID_FORMAT', property, reason)];
}

function webhookFaults(at: string, { url, urlSecret }: WebhookReceiverProps): Fault[] {
  if (url === undefined)
    return urlSecret
      ? []
      : [
          fault(
            'MISSING_PROPERTY',
            `${at}.url`,
            `${at} needs the URL of its endpoint; give url, or urlSecret for a URL that must not be read by others`,
          ),
        ];
  if (urlSecret)
    return [
      fault(
        'CONFLICTING_PROPERTIES',
        `${at}.url`,
        `${at} has both url and urlSecret; keep the one that holds its endpoint`,
      ),
    ];
  return plainUrlFaults(
    `${at}.url`,
    url,
    'put it into a secret, and pass urlSecret, or bearerToken beside a url without it',
  );
}
