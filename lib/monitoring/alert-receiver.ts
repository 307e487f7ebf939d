import { duplicateFaults } from '../units/duplicate-faults';
import { Fault, fault } from '../units/fault';

/**
 * One key of a Kubernetes secret in the namespace of the monitoring stack. The secret is created outside Terraform, so that its value never
 * enters the state.
 */
export interface AlertSecret {
  /** Name of the secret. */
  readonly name: string;
  /** Key within it. */
  readonly key: string;
}

/**
 * A Slack channel to send alerts to.
 */
export interface SlackReceiverProps {
  /** Secret that holds the URL of the incoming webhook. */
  readonly webhookUrl: AlertSecret;
  /** Channel, e.g. `#inference`. @default - the channel of the webhook */
  readonly channel?: string;
}

/**
 * A PagerDuty service to page.
 */
export interface PagerDutyReceiverProps {
  /** Secret that holds the integration key of the Events API v2. */
  readonly routingKey: AlertSecret;
}

/**
 * An HTTP endpoint to post alerts to.
 */
export interface WebhookReceiverProps {
  /** URL. It is part of the configuration, so it must not contain a secret. */
  readonly url: string;
  /** Secret that holds a bearer token. @default - no authorization */
  readonly bearerToken?: AlertSecret;
}

/**
 * Where Alertmanager sends alerts.
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
    const config = { api_url_file: secretPath(webhookUrl), send_resolved: true, ...(channel ? { channel } : {}) };
    return new AlertReceiver(name, { slack_configs: [config] }, [webhookUrl]);
  }

  /**
   * A PagerDuty service.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the service
   */
  public static pagerDuty(name: string, props: PagerDutyReceiverProps): AlertReceiver {
    const config = { routing_key_file: secretPath(props.routingKey), send_resolved: true };
    return new AlertReceiver(name, { pagerduty_configs: [config] }, [props.routingKey]);
  }

  /**
   * An HTTP endpoint that takes Alertmanager's webhook format.
   *
   * @param name name of the receiver, unique within the monitoring stack
   * @param props the endpoint
   */
  public static webhook(name: string, props: WebhookReceiverProps): AlertReceiver {
    const { url, bearerToken } = props;
    const authorization = bearerToken && {
      http_config: { authorization: { credentials_file: secretPath(bearerToken) } },
    };
    const config = { url, send_resolved: true, ...authorization };
    return new AlertReceiver(name, { webhook_configs: [config] }, bearerToken ? [bearerToken] : []);
  }

  /** Name of the receiver. */
  public readonly name: string;
  /** The secrets it reads; each must exist in the namespace before Alertmanager starts. */
  public readonly secrets: AlertSecret[];

  private readonly configuration: object;

  private constructor(name: string, configuration: object, secrets: AlertSecret[]) {
    this.name = name;
    this.configuration = configuration;
    this.secrets = secrets;
  }

  /**
   * Its entry in Alertmanager's configuration.
   *
   * @internal
   */
  public _render(): object {
    return { name: this.name, ...this.configuration };
  }
}

/** Folder in which each secret is mounted under its name; outside that of the configuration, whose mount is read-only. */
const SECRETS = '/etc/alertmanager-secrets';

/** @internal */
export function secretFolder(secret: AlertSecret): string {
  return `${SECRETS}/${secret.name}`;
}

function secretPath(secret: AlertSecret): string {
  return `${secretFolder(secret)}/${secret.key}`;
}

/** Name of the receiver that drops all alerts. */
const DROPPING_RECEIVER = 'null';

/** @internal */
export function receiverFaults(receivers: readonly AlertReceiver[]): Fault[] {
  const names = receivers.map(({ name }) => name);
  return [
    ...duplicateFaults('alertReceivers', names),
    ...names.flatMap((name, index) => nameFaults(`alertReceivers[${index}].name`, name)),
  ];
}

function nameFaults(property: string, name: string): Fault[] {
  if (name === '') return [fault('INVALID_NAME', property, `${property} must not be empty; got ''`)];
  if (name !== DROPPING_RECEIVER) return [];
  return [
    fault(
      'RESERVED',
      property,
      `${property} must not be '${DROPPING_RECEIVER}', the name of the receiver that drops alerts; choose another name`,
    ),
  ];
}

/**
 * The text of `alertmanager.yml`: every alert goes to every receiver, and is dropped if there is no receiver. It uses only features of
 * Alertmanager 0.25.
 *
 * @internal
 */
export function alertmanagerConfig(receivers: readonly AlertReceiver[]): string {
  const config = {
    route: {
      receiver: DROPPING_RECEIVER,
      group_by: ['alertname', 'model'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: receivers.map(({ name }) => ({ receiver: name, continue: true })),
    },
    receivers: [{ name: DROPPING_RECEIVER }, ...receivers.map((receiver) => receiver._render())],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
