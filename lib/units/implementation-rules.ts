import { Fault, fault } from './fault';
import { givenValue, wholeNumberFault } from './number-faults';

/** What is allowed of a value whose kind is right. */
type Rule = (path: string, value: unknown) => Fault[];

type Rules = { readonly [name: string]: Rule | undefined };

/** A value that only Terraform knows. */
const TOKEN = /[$#&]\{TfToken\[/;
const QUANTITY = /^\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;
const LABEL_NAME = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const RESOURCE_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const ARN = /^arn:[a-z0-9-]+:[^\s"']+$/;

const line = text(/^[^\u0000-\u001f\u007f]+$/, 'one line of text that is not empty');
const name = text(
  /^[^\u0000-\u001f\u007f"'`\\]+$/,
  'a text that is not empty, without quotes, backslashes and line breaks',
  'INVALID_NAME',
);
const arn = text(ARN, "an ARN, e.g. 'arn:aws:s3:::models'");
const resource = text(RESOURCE_NAME, "the name of an extended resource, e.g. 'nvidia.com/gpu'");
const labels = map(
  text(LABEL_NAME, "the key of a label, e.g. 'app.kubernetes.io/name'"),
  text(LABEL_VALUE, "the value of a label: at most 63 letters, digits, '-', '_' and '.'"),
);
const quantities = map(line, text(QUANTITY, "a quantity of Kubernetes, e.g. '8' or '64Gi'"));
const network = text(/^[a-z0-9][-a-z0-9.]*\/[a-z0-9][-a-z0-9.]*$/, "a network as '<namespace>/<name>'");
const capability = text(/^[A-Z][A-Z_]*$/, "a capability of Linux, e.g. 'IPC_LOCK'");

const CLUSTER: Rules = { clusterName: name };

const ROLE: Rules = { roleName: line, roleArn: arn };

/**
 * By interface and member: of properties the rule of their values, of methods the rule of what they return. And by struct and property,
 * of structs that only such objects have.
 */
const RULES: { readonly [type: string]: Rules | undefined } = {
  MetricsTarget: {
    jobName: name,
    podSelector: labels,
    path: text(/^\/[\w\-./~%:@+=&?]*$/, "an HTTP path that begins with '/', e.g. '/metrics'"),
    models: list(name),
    version: text(/^\d+(\.\d+)*[\w.+-]*$/, "a version, e.g. '26.07'"),
    replicas: whole(0),
    startupSeconds: number((value) => value >= 0, 'a number of seconds of at least 0'),
    plannedLatencyMs: map(
      line,
      number((value) => value > 0, 'a number of milliseconds above 0'),
    ),
    targetLatencyMs: map(
      line,
      number((value) => value > 0, 'a number of milliseconds above 0'),
    ),
    latencyBoundsMs: list(number((value) => value > 0, 'a number of milliseconds above 0')),
    latencyLimitsMs: map(
      line,
      number((value) => value > 0, 'a number of milliseconds above 0'),
    ),
    plans: map(
      line,
      fields({
        concurrency: whole(1),
        kvCapacityTokens: whole(0),
        timePerTokenMs: number((value) => value > 0, 'a number of milliseconds above 0'),
        outputTokensPerSecond: number((value) => value > 0, 'a number of tokens above 0'),
      }),
    ),
  },
  ClusterConnection: {
    host: text(/^(https?:\/\/)?[^\s"'\\]+$/, "the URL of an API server, e.g. 'https://10.0.0.1:6443'"),
    eksClusterName: line,
    region: line,
    configPath: line,
    configContext: line,
  },
  NodeSubnet: { subnetId: line, usableAddresses: whole(0) },
  FabricAttachment: { resourceNames: list(resource), networks: list(network), podsPerAdapter: whole(1) },
  FabricBinding: {
    resources: quantities,
    annotations: map(line),
    capabilities: list(capability),
  },
  IModelStore: {
    bucketName: line,
    bucketArn: arn,
    kmsKeyArn: arn,
    uriFor: text(
      /^s3:\/\/[^\s"'`$\\/]+\/[^\s"'`$\\]*$/,
      "the URL of a folder in S3 without spaces and quotes, e.g. 's3://models/chat/1'",
    ),
  },
  IAwsRole: ROLE,
  IServiceAccountRole: { ...ROLE, serviceAccountAnnotations: map(line, line) },
  IKubernetesCluster: CLUSTER,
  IEksCluster: {
    ...CLUSTER,
    vpcId: line,
    subnetIds: list(line),
    availabilityZones: list(line),
    subnetCidrs: list(line),
    clusterSecurityGroupId: line,
    securityGroupIds: list(line),
    kubernetesVersion: text(/^\d+\.\d+$/, "a version of Kubernetes, e.g. '1.34'"),
    volumeKeyArn: arn,
  },
  IGpuNodePool: {
    poolName: name,
    minNodes: whole(0),
    maxNodes: whole(0),
    driverMajor: whole(300),
    nodeLabels: labels,
    platformLabels: labels,
    nodeSelector: labels,
    taints: list(
      fields({
        key: text(LABEL_NAME, "the key of a taint, e.g. 'nvidia.com/gpu'"),
        value: text(LABEL_VALUE, "the value of a taint: at most 63 letters, digits, '-', '_' and '.'"),
      }),
    ),
    efaInterfacesPerNode: whole(0),
    availabilityZones: list(line),
    allocatable: quantities,
    gpuResourceName: resource,
    efaSecurityGroupId: line,
    unreachableTolerationSeconds: whole(0),
    capacityEnd: text(
      /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00)?Z$/,
      "a time in UTC to the minute, e.g. '2027-01-25T11:30:00Z'",
    ),
  },
  IRdmaFabric: {
    fabricName: name,
    resourceName: resource,
    adaptersPerNode: whole(1),
    capabilities: list(capability),
    networks: list(network),
    podResources: quantities,
    nodeResources: quantities,
    bandwidthGbps: number((value) => value >= 0, 'a number of at least 0'),
  },
};

/**
 * The faults of what an object of a user's own class has for a member of an interface, or returns from a method of it. Its kind is right.
 *
 * @param type the interface or struct
 * @param member the property or method
 * @param path how messages call it, e.g. `nodePool.maxNodes`
 * @param value its value, or what it returned
 *
 * @internal
 */
export function implementationRuleFaults(type: string, member: string, path: string, value: unknown): Fault[] {
  return RULES[type]?.[member]?.(path, value) ?? [];
}

/** A text of a form; values that only Terraform knows are of any. */
function text(form: RegExp, what: string, id = 'INVALID_FORMAT'): Rule {
  return (path, value) => {
    if (typeof value !== 'string' || TOKEN.test(value) || form.test(value)) return [];
    return [fault(id, path, `${path} must be ${what}; got ${givenValue(value)}`)];
  };
}

function number(accepts: (value: number) => boolean, what: string): Rule {
  return (path, value) => {
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && accepts(value))) return [];
    return [fault('OUT_OF_RANGE', path, `${path} must be ${what}; got ${givenValue(value)}`)];
  };
}

function whole(minimum: number): Rule {
  return (path, value) => wholeNumberFault(path, value, minimum);
}

function list(rule: Rule): Rule {
  return (path, values) =>
    Array.isArray(values) ? values.flatMap((value, index) => rule(`${path}[${index}]`, value)) : [];
}

function map(key: Rule, value: Rule = () => []): Rule {
  return (path, values) =>
    Object.entries(values as object).flatMap(([each, given]) => {
      const at = `${path}['${each}']`;
      const wrong = key(at, each);
      return wrong.length > 0 ? wrong : value(at, given);
    });
}

function fields(rules: Rules): Rule {
  return (path, values) =>
    Object.entries(rules).flatMap(([field, rule]) => {
      const value: unknown = Reflect.get(values as object, field);
      return value === undefined ? [] : (rule?.(`${path}.${field}`, value) ?? []);
    });
}
