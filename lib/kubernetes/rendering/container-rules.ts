import {
  BlockRule,
  Fields,
  flag,
  flagOr,
  list,
  map,
  number,
  numberOrTextOr,
  numeral,
  object,
  positiveOr,
  text,
  textAlways,
  textOr,
  texts,
} from './attribute-rules';

/** @internal */
export const fieldRef = object({ api_version: textOr('v1'), field_path: textAlways });

/** @internal */
export const resourceFieldRef = object({ container_name: text, resource: text, divisor: textOr('1') });

/** @internal */
export const seLinuxOptions = object({ level: text, role: text, type: text, user: text });

/** @internal */
export const seccompProfile = object(
  { localhost_profile: textAlways, type: textOr('Unconfined') },
  {
    reshape: ({ localhostProfile, ...profile }) =>
      profile.type === 'Localhost' ? { ...profile, localhostProfile } : profile,
  },
);

/** Requests and limits. @internal */
export const resources = object({ limits: map, requests: map });

const keyRef = object({ key: textAlways, name: text, optional: flagOr(false) });
const nameRef = object({ name: text, optional: flagOr(false) });

const handlers: Fields = {
  exec: object({ command: texts }),
  http_get: object({
    host: text,
    http_header: list('httpHeaders', { name: textAlways, value: textAlways }),
    path: text,
    port: numberOrTextOr(0),
    scheme: textOr('HTTP'),
  }),
  tcp_socket: object({ port: numberOrTextOr(0) }),
};

const probe = object({
  ...handlers,
  grpc: object({ port: number, service: textAlways }),
  failure_threshold: positiveOr(3),
  initial_delay_seconds: number,
  period_seconds: positiveOr(10),
  success_threshold: positiveOr(1),
  timeout_seconds: positiveOr(1),
});

const env: Fields = {
  name: text,
  value: text,
  value_from: object({
    config_map_key_ref: keyRef,
    field_ref: fieldRef,
    resource_field_ref: resourceFieldRef,
    secret_key_ref: keyRef,
  }),
};

/** Containers; init containers have the same fields. @internal */
export const container = (to: string): BlockRule =>
  list(to, {
    args: texts,
    command: texts,
    env: list('env', env),
    env_from: list('envFrom', { config_map_ref: nameRef, prefix: text, secret_ref: nameRef }),
    image: text,
    image_pull_policy: text,
    lifecycle: object({ post_start: object(handlers), pre_stop: object(handlers) }),
    liveness_probe: probe,
    name: text,
    port: list('ports', {
      container_port: number,
      host_ip: text,
      host_port: number,
      name: text,
      protocol: textOr('TCP'),
    }),
    readiness_probe: probe,
    resources,
    security_context: object({
      allow_privilege_escalation: flagOr(true),
      capabilities: object({ add: texts, drop: texts }),
      privileged: flagOr(false),
      read_only_root_filesystem: flagOr(false),
      run_as_group: numeral,
      run_as_non_root: flagOr(false),
      run_as_user: numeral,
      se_linux_options: seLinuxOptions,
      seccomp_profile: seccompProfile,
    }),
    startup_probe: probe,
    stdin: flag,
    stdin_once: flag,
    termination_message_path: textOr('/dev/termination-log'),
    termination_message_policy: text,
    tty: flag,
    volume_device: list('volumeDevices', { device_path: text, name: text }),
    volume_mount: list('volumeMounts', {
      mount_path: text,
      mount_propagation: textOr('None'),
      name: text,
      read_only: flag,
      sub_path: text,
      sub_path_expr: text,
    }),
    working_dir: text,
  });

/** @internal */
export const windowsOptions = object({
  gmsa_credential_spec: textAlways,
  gmsa_credential_spec_name: textAlways,
  host_process: flagOr(false),
  run_as_username: textAlways,
});
