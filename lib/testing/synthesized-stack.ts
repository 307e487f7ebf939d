import { TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { nearNames } from '../catalog/near-names';
import { synthesizedJson, TerraformJson } from '../core/synthesized-json';
import { validationFaults } from '../core/validation';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { AnnotationLevel, StackAnnotation } from './stack-annotation';
import { checkArguments } from '../units/argument-faults';

/**
 * The synthesized form of a stack, for the tests of an application.
 *
 * ```ts
 * const synthesized = SynthesizedStack.of(stack);
 * expect(synthesized.byName('kubernetes_deployment_v1', 'chat').spec.replicas).toBe('2');
 * expect(synthesized.annotations).toEqual([]);
 * expect(synthesized.toJson()).toMatchSnapshot();
 * ```
 */
export class SynthesizedStack {
  /**
   * Synthesizes a stack without writing anything: references between all stacks of the app are resolved, aspects invoked and
   * validations run, as `app.synth()` does. Throws what the validations report.
   *
   * @param stack the stack, complete
   */
  public static of(stack: TerraformStack): SynthesizedStack {
    return new SynthesizedStack(stack, synthesizedJson(stack));
  }

  /**
   * The faults for which synthesis of a stack fails, each with its id and property; empty if it succeeds. Faults of constructors are not
   * included, because such a construct is never in a stack: see the `faults` of its `ValidationError`. Validations of other libraries have
   * the id `OTHER_VALIDATION`.
   *
   * @param stack the stack, complete
   */
  public static faultsOf(stack: TerraformStack): Fault[] {
    try {
      SynthesizedStack.of(stack);
      return [];
    } catch (error) {
      if (UnscopedValidationError.isValidationError(error)) return [...(error as UnscopedValidationError).faults];
      const found = stack.node.findAll().flatMap(faultsOfConstruct);
      if (found.length > 0) return found;
      throw error;
    }
  }

  /** A stack that is already synthesized. @internal */
  public static _fromText(stack: TerraformStack, text: string): SynthesizedStack {
    return new SynthesizedStack(stack, JSON.parse(text) as TerraformJson);
  }

  private readonly stack: TerraformStack;
  private readonly json: TerraformJson;

  private constructor(stack: TerraformStack, json: TerraformJson) {
    this.stack = stack;
    this.json = json;
  }

  /** The resource types of the stack, sorted. */
  public get resourceTypes(): string[] {
    return Object.keys(this.json.resource ?? {}).sort();
  }

  /** What the constructs of the stack report: infos, warnings with their ids, errors; in the order of the tree. */
  public get annotations(): StackAnnotation[] {
    return this.stack.node.findAll().flatMap(annotationsOf);
  }

  /**
   * The resources of a type, in the order of their ids.
   *
   * @param type resource type, e.g. `aws_s3_bucket`
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public resources(type: string): { [attribute: string]: any }[] {
    return Object.values(this.json.resource?.[type] ?? {});
  }

  /**
   * The data sources of a type, in the order of their ids.
   *
   * @param type type of the data source, e.g. `aws_iam_policy_document`
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public dataSources(type: string): { [attribute: string]: any }[] {
    return Object.values(this.json.data?.[type] ?? {});
  }

  /**
   * The one resource of a type. Throws a `UnscopedValidationError` when there is none, or more than one.
   *
   * @param type resource type, e.g. `aws_eks_cluster`
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public only(type: string): { [attribute: string]: any } {
    const all = this.resources(type);
    const known = all.length > 0 ? all.flatMap(namesOf) : this.resourceTypes;
    return one(all, `resource of type ${type}`, known, nearest(type, known));
  }

  /**
   * The one data source of a type. Throws a `UnscopedValidationError` when there is none, or more than one.
   *
   * @param type type of the data source, e.g. `aws_region`
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public onlyData(type: string): { [attribute: string]: any } {
    const known = Object.keys(this.json.data ?? {}).sort();
    return one(this.dataSources(type), `data source of type ${type}`, known, nearest(type, known));
  }

  /**
   * The one resource of a type with a name: the name in its Kubernetes metadata, or its name, bucket, function, cluster, node group or pool.
   * Throws a `UnscopedValidationError` when there is none, or more than one.
   *
   * @param type resource type, e.g. `kubernetes_deployment_v1`
   * @param name the name
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public byName(type: string, name: string): { [attribute: string]: any } {
    const all = this.resources(type);
    const found = all.filter((block) => namesOf(block).includes(name));
    const what = `${type} named '${name}'`;
    const known = all.length > 0 ? all.flatMap(namesOf) : this.resourceTypes;
    return one(found, what, known, nearest(all.length > 0 ? name : type, known));
  }

  /**
   * The one resource of a type whose attributes have the given values; other attributes are ignored. A value may be a matcher of the test
   * runner, e.g. `expect.stringContaining('a')`. Throws a `UnscopedValidationError` when there is none, or more than one.
   *
   * @param type resource type, e.g. `aws_launch_template`
   * @param attributes attributes and their values, as Terraform JSON has them
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public where(type: string, attributes: { [attribute: string]: any }): { [attribute: string]: any } {
    const all = this.resources(type);
    const found = all.filter((block) =>
      Object.entries(attributes).every(([name, value]) => equals(value, block[name])),
    );
    const what = `${type} with ${JSON.stringify(attributes)}`;
    if (all.length === 0) return one(found, what, this.resourceTypes, nearest(type, this.resourceTypes));
    return one(found, what, bestFirst(attributes, all), unknownAttributes(attributes, all));
  }

  /** The Terraform JSON without cdktf's metadata, keys sorted: the same text for the same stack, suitable for snapshots. */
  public toJson(): string {
    return JSON.stringify(this.json, undefined, 2);
  }
}

checkArguments('SynthesizedStack', SynthesizedStack);

/** The faults that validations find on one construct; those of this library with their ids. */
function faultsOfConstruct(construct: IConstruct): Fault[] {
  const own = validationFaults(construct);
  const reasons = new Set(own.map(({ reason }) => reason));
  const others = construct.node.validate().filter((message) => !reasons.has(message));
  return [...own, ...others.map((message) => fault('OTHER_VALIDATION', undefined, message))];
}

function annotationsOf(construct: IConstruct): StackAnnotation[] {
  return Object.values(AnnotationLevel).flatMap((level) =>
    construct.node.metadata
      .filter(({ type }) => type === `@cdktf/${level}`)
      .map(({ data }) => {
        const [, id, rest] = /^\[gpu-inference-constructs:([A-Z0-9_]+)\] (.*)$/s.exec(String(data)) ?? [];
        const constructPath = construct.node.path;
        return id === undefined
          ? { level, message: String(data), constructPath }
          : { level, id, message: rest, constructPath };
      }),
  );
}

/** Most resources that a sentence lists. */
const MOST_LISTED = 12;

/**
 * The only one that was found.
 *
 * @param found what was found
 * @param what what was looked for, for the sentence
 * @param known what there is instead
 * @param hint how the sentence ends when nothing was found
 */
function one(found: TerraformJson[], what: string, known: readonly string[], hint = ''): TerraformJson {
  if (found.length === 1) return found[0];
  const names = [...new Set(known)];
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const listed = `${names.slice(0, MOST_LISTED).join(', ') || 'none'}${more}`;
  const end = found.length === 0 ? hint : '';
  throw new UnscopedValidationError([
    fault('NOT_ONE_RESOURCE', undefined, `expected one ${what}, found ${found.length}; there are: ${listed}${end}`),
  ]);
}

/** Says which of the known names is nearest to one that is not known. */
function nearest(wanted: string, known: readonly string[]): string {
  const [near] = nearNames(wanted, [...new Set(known)], 1);
  return near === undefined || known.includes(wanted) ? '' : `; nearest: ${near}`;
}

/** Longest value that a sentence shows. */
const LONGEST_VALUE = 80;

/** What resources have of the attributes that were looked for, those first that have most of them. */
function bestFirst(wanted: { readonly [attribute: string]: unknown }, all: readonly TerraformJson[]): string[] {
  const names = Object.keys(wanted);
  const matches = (block: TerraformJson) => names.filter((name) => equals(wanted[name], block[name])).length;
  const shown = (block: TerraformJson) => {
    const parts = names.map((name) => `${name} ${name in block ? shortened(JSON.stringify(block[name])) : 'missing'}`);
    const [own] = namesOf(block);
    return `${own === undefined ? '' : `${own}: `}${parts.join(', ')}`;
  };
  return [...all].sort((a, b) => matches(b) - matches(a)).map(shown);
}

/** Says which attributes none of some resources has. */
function unknownAttributes(wanted: { readonly [attribute: string]: unknown }, all: readonly TerraformJson[]): string {
  const known = all.flatMap((block) => Object.keys(block));
  const unknown = Object.keys(wanted).filter((name) => !known.includes(name));
  return unknown.map((name) => `; none has ${name}${nearest(name, known)}`).join('');
}

function shortened(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`;
}

function namesOf(block: TerraformJson): string[] {
  const metadata: TerraformJson | undefined = Array.isArray(block.metadata) ? block.metadata[0] : block.metadata;
  return [
    metadata?.name,
    block.name,
    block.bucket,
    block.bucket_prefix,
    block.function_name,
    block.cluster_name,
    block.node_group_name,
    block.node_group_name_prefix?.replace(/-$/, ''),
  ].filter((name): name is string => typeof name === 'string');
}

/** Equality of values of JSON; a matcher of a test runner decides itself. */
function equals(wanted: unknown, given: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === given;
  const { asymmetricMatch } = wanted as { asymmetricMatch?: unknown };
  if (typeof asymmetricMatch === 'function') return asymmetricMatch.call(wanted, given) === true;
  if (typeof given !== 'object' || given === null || Array.isArray(wanted) !== Array.isArray(given)) return false;
  const [left, right] = [wanted, given] as { [key: string]: unknown }[];
  const keys = Object.keys(left).filter((key) => left[key] !== undefined);
  return keys.length === Object.keys(right).length && keys.every((key) => equals(left[key], right[key]));
}
