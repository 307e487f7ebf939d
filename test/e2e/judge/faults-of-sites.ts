import { Fault, ROLE, cluster, json, rest } from './requests-support';

const pem = (lines: readonly string[]) =>
  ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');

/** A certificate of an authority that signs nothing: nobody has its key. */
export const AUTHORITY = pem([
  'MIIBdjCCARugAwIBAgIUEsPi4SbRFMNAHj0MeD6b6V0k8QswCgYIKoZIzj0EAwIw',
  'EDEOMAwGA1UEAwwFc2l0ZXMwHhcNMjYxMTMwMjMxNjM3WhcNMzYxMTI3MjMxNjM3',
  'WjAQMQ4wDAYDVQQDDAVzaXRlczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCZK',
  'X0Fm1SUtasDJAUlc3dh1lSZkmaoIcjubI6h8FvSgH4lBbWb5VTmRwVNH7J5ZMfUG',
  'nXNXsgFyb5tU9cjBOyGjUzBRMB0GA1UdDgQWBBROi7BWHkbKypJwjJ2qcpWo7Xz+',
  'hDAfBgNVHSMEGDAWgBROi7BWHkbKypJwjJ2qcpWo7Xz+hDAPBgNVHRMBAf8EBTAD',
  'AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCFCsC6KoKrfsRTFr5M2SP3inLf52l0l5HY',
  'jlR4aEG+AAIhAKLgHOfCUxP5Yl9d0RxGgzmexLiYg8cZYx1/TzPmp9iI',
]);
/** One of no authority. */
const NODE = pem([
  'MIIBcDCCARagAwIBAgIUVFgQzrfFS49gbSc4AvAUz0GYszswCgYIKoZIzj0EAwIw',
  'DzENMAsGA1UEAwwEbm9kZTAeFw0yNjExMzAyMzE2MzdaFw0zNjExMjcyMzE2Mzda',
  'MA8xDTALBgNVBAMMBG5vZGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQxNJEJ',
  'bHzrD/unxUqrsQxM2AfN62nDim3gv8PHCwY+x04R1R5fyrhH+Chh2QZudwm8JaBz',
  'u32pS1kLtw3YSs7Yo1AwTjAdBgNVHQ4EFgQUU5Dc3OSYL40PYM0l5urTnZ0OsMQw',
  'HwYDVR0jBBgwFoAUU5Dc3OSYL40PYM0l5urTnZ0OsMQwDAYDVR0TAQH/BAIwADAK',
  'BggqhkjOPQQDAgNIADBFAiEA9hGB/lM6frUp5BfGuG9b4hm26G+24QgHsoIGzCrz',
  'C/4CIE9TJt6nC05fEPUp0p7kAnlyZ0n7g1+I+HdxoRud5WSt',
]);

export const anchor = (x509CertificateData: string) =>
  rest('rolesanywhere', '/trustanchors', {
    name: 'site',
    enabled: true,
    source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData } },
    tags: [{ key: 'team', value: 'search' }],
  });

export const profile = (changed: object = {}) =>
  rest('rolesanywhere', '/profiles', { name: 'site', enabled: true, roleArns: [ROLE('site')], ...changed });

const inDays = (days: number) => Math.round(Date.now() / 1000) + days * 86_400;

export const activation = (changed: object = {}) =>
  json('ssm', 'CreateActivation', { IamRole: 'shop', RegistrationLimit: 2, ExpirationDate: inDays(7), ...changed });

export const remote = (cidrs: string[], changed: object = {}) =>
  cluster({
    accessConfig: { authenticationMode: 'API' },
    remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs }], remotePodNetworks: [{ cidrs: ['10.81.0.0/16'] }] },
    ...changed,
  });

/** Nodes outside AWS: their networks and their credentials. */
export const FAULTS_OF_SITES: readonly Fault[] = [
  [
    'a public remote network',
    remote(['203.0.113.0/24']),
    'InvalidParameterException',
    /203\.0\.113\.0\/24; a block of/,
  ],
  ['no block at all', remote(['plant']), 'InvalidParameterException', /remote network plant/],
  [
    'a remote network of the VPC',
    remote(['10.0.128.0/24']),
    'InvalidParameterException',
    /10\.0\.128\.0\/24 overlaps 10\.0\.0\.0\/16/,
  ],
  [
    'nodes among their own pods',
    remote(['10.81.4.0/24']),
    'InvalidParameterException',
    /10\.81\.0\.0\/16 overlaps 10\.81\.4\.0\/24/,
  ],
  [
    'a remote network of services',
    remote(['172.20.4.0/24'], { kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16' } }),
    'InvalidParameterException',
    /172\.20\.4\.0\/24 overlaps 172\.20\.0\.0\/16/,
  ],
  [
    'remote networks and access by a ConfigMap alone',
    remote(['10.80.0.0/24'], { accessConfig: undefined }),
    'InvalidParameterException',
    /authentication mode CONFIG_MAP/,
  ],
  [
    'two lists of nodes',
    remote([], { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: [] }, { cidrs: [] }] } }),
    'InvalidParameterValue',
    /remoteNodeNetworks has 2 items; at most 1/,
  ],
  ['an anchor of a node', anchor(NODE), 'ValidationException', /of no authority/],
  ['an anchor of which one is a node', anchor(AUTHORITY + NODE), 'ValidationException', /of no authority/],
  ['an anchor of no certificate', anchor('certificate'), 'ValidationException', /cannot be read/],
  [
    'a profile of a role that does not exist',
    profile({ roleArns: [ROLE('nobody')] }),
    'ResourceNotFoundException',
    /nobody does not exist/,
  ],
  [
    'a profile of a role that sessions cannot name',
    profile({ roleArns: [ROLE('node')] }),
    'AccessDeniedException',
    /does not let rolesanywhere\.amazonaws\.com do sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity/,
  ],
  ['credentials of a day', profile({ durationSeconds: 86_400 }), 'InvalidParameterValue', /durationSeconds is 86400/],
  ['an activation of no role', activation({ IamRole: 'nobody' }), 'ValidationException', /nonexistent role nobody/],
  ['an activation of a role of EC2', activation({ IamRole: 'node' }), 'ValidationException', /missing ssm service/],
  [
    'an activation of two months',
    activation({ ExpirationDate: inDays(60) }),
    'ValidationException',
    /in 60 days; at most 30/,
  ],
  ['an activation of yesterday', activation({ ExpirationDate: inDays(-1) }), 'ValidationException', /in the past/],
  [
    'an activation of too many',
    activation({ RegistrationLimit: 1001 }),
    'InvalidParameterValue',
    /RegistrationLimit is 1001; at most 1000/,
  ],
];
