/** What the prices are, for readers. @internal */
export const LIST_PRICES = { region: 'us-east-1', date: '20 July 2026', what: 'AWS on demand, Linux, us-east-1' };

/** Where they are from. @internal */
export const LIST_PRICE_SOURCE = 'aws/karpenter-provider-aws 1d92708, zz_generated.pricing_aws.go';

/**
 * US dollars for an hour on demand in us-east-1, Linux, as of 20 July 2026, by family and size. A type that is not sold on demand there has
 * none.
 *
 * Source: aws/karpenter-provider-aws 1d92708, `pkg/providers/pricing/zz_generated.pricing_aws.go`, which is made from the AWS price list.
 */
const ON_DEMAND: { readonly [family: string]: { readonly [size: string]: number } } = {
  p3: { '2xlarge': 3.06, '8xlarge': 12.24, '16xlarge': 24.48 },
  p3dn: { '24xlarge': 31.212 },
  p4d: { '24xlarge': 21.957642 },
  p4de: { '24xlarge': 27.44705 },
  p5: { '4xlarge': 6.88, '48xlarge': 55.04 },
  p5en: { '48xlarge': 63.296 },
  'p6-b200': { '48xlarge': 113.9328 },
  'p6-b300': { '48xlarge': 142.416 },
  g4dn: {
    xlarge: 0.526,
    '2xlarge': 0.752,
    '4xlarge': 1.204,
    '8xlarge': 2.176,
    '12xlarge': 3.912,
    '16xlarge': 4.352,
    metal: 7.824,
  },
  g5: {
    xlarge: 1.006,
    '2xlarge': 1.212,
    '4xlarge': 1.624,
    '8xlarge': 2.448,
    '12xlarge': 5.672,
    '16xlarge': 4.096,
    '24xlarge': 8.144,
    '48xlarge': 16.288,
  },
  g6: {
    xlarge: 0.8048,
    '2xlarge': 0.9776,
    '4xlarge': 1.3232,
    '8xlarge': 2.0144,
    '12xlarge': 4.6016,
    '16xlarge': 3.3968,
    '24xlarge': 6.6752,
    '48xlarge': 13.3504,
  },
  g6e: {
    xlarge: 1.861,
    '2xlarge': 2.24208,
    '4xlarge': 3.00424,
    '8xlarge': 4.52856,
    '12xlarge': 10.49264,
    '16xlarge': 7.57719,
    '24xlarge': 15.06559,
    '48xlarge': 30.13118,
  },
  g6f: { large: 0.202, xlarge: 0.2375, '2xlarge': 0.475, '4xlarge': 0.95 },
  gr6: { '4xlarge': 1.5392, '8xlarge': 2.4464 },
  gr6f: { '4xlarge': 1.066 },
  g7: {
    '2xlarge': 2.52,
    '4xlarge': 3.04208,
    '8xlarge': 4.08624,
    '12xlarge': 7.12832,
    '24xlarge': 14.25664,
    '48xlarge': 28.51328,
  },
  g7e: {
    '2xlarge': 3.36312,
    '4xlarge': 3.99816,
    '8xlarge': 5.26824,
    '12xlarge': 8.28608,
    '24xlarge': 16.57216,
    '48xlarge': 33.14432,
  },
};

/**
 * The price of `ON_DEMAND` of an instance type, if it has one.
 *
 * @internal
 */
export function onDemandPrice(instanceType: string): number | undefined {
  const [family, size] = instanceType.split('.');
  return Object.hasOwn(ON_DEMAND, family) ? ON_DEMAND[family][size] : undefined;
}
