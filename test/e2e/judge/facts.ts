import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** A reference to a shape, with its name on the wire. */
export interface ShapeReference {
  readonly shape: string;
  readonly locationName?: string;
  readonly location?: string;
  readonly queryName?: string;
}

/** A shape of botocore's models. */
export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly flattened?: boolean;
  /** Member that is the body. */
  readonly payload?: string;
  readonly members?: { readonly [name: string]: ShapeReference };
  readonly member?: ShapeReference;
  readonly key?: ShapeReference;
  readonly value?: ShapeReference;
}

/** What a service takes. */
export interface ServiceModel {
  readonly protocol: string;
  readonly operations: {
    readonly [name: string]: { readonly method: string; readonly uri: string; readonly input?: string };
  };
  readonly shapes: { readonly [name: string]: Shape };
}

/** An instance type as EC2 describes it. */
export interface InstanceFacts {
  readonly gpus: number;
  readonly arch: string;
  readonly efa: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly nvmeGb: number;
  readonly pods: number;
  readonly defaultCard: number;
  readonly interfacesByCard: readonly number[];
}

interface AddOnFacts {
  readonly versions?: readonly string[];
  /** Top-level keys of the configuration. */
  readonly configuration?: readonly string[];
  /** Those whose value is text, even where it is a number or a boolean in it. */
  readonly strings?: readonly string[];
}

interface Partition {
  readonly dnsSuffix: string;
  readonly regions: readonly string[];
  readonly services: readonly string[];
}

/** Records of AWS, none of them from the tables of the library. */
export const FACTS = {
  services: read<{ services: { [name: string]: ServiceModel } }>('requests.json').services,
  actions: read<{ actions: { [service: string]: string[] } }>('policy-actions.json').actions,
  partitions: read<{ partitions: { [name: string]: Partition } }>('partitions.json').partitions,
  managedPolicies: new Set(read<{ names: string[] }>('managed-policies.json').names),
  eks: read<{
    kubernetesVersions: { values: string[] };
    accessPolicies: { values: string[] };
    addOns: { values: { [name: string]: AddOnFacts } };
    servicePrincipals: { values: string[] };
    endpointServices: { values: string[] };
  }>('eks.json'),
  instances: (
    JSON.parse(readFileSync(path.join(__dirname, '../../catalog/fixtures/ec2-gpu-instance-types.json'), 'utf8')) as {
      types: { [name: string]: InstanceFacts };
    }
  ).types,
};

/** Names of all instance types of EC2. */
export const INSTANCE_TYPES = new Set(FACTS.services.ec2.shapes.InstanceType.enum);

/** Names of services as endpoints and principals have them. */
export const SERVICE_NAMES = new Set(Object.values(FACTS.partitions).flatMap(({ services }) => services));

function read<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(__dirname, 'fixtures', file), 'utf8')) as T;
}
