import { TerraformStack } from 'cdktf';
import { synthesizedJson, TerraformJson } from '../core/synthesized-json';

/**
 * What a stack is synthesized to, for the tests of an application.
 *
 * ```ts
 * expect(SynthesizedStack.of(stack).resources('aws_s3_bucket')).toHaveLength(1);
 * expect(SynthesizedStack.of(stack).toJson()).toMatchSnapshot();
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
    return new SynthesizedStack(synthesizedJson(stack));
  }

  private readonly json: TerraformJson;

  private constructor(json: TerraformJson) {
    this.json = json;
  }

  /** The types of resource there are, sorted. */
  public get resourceTypes(): string[] {
    return Object.keys(this.json.resource ?? {}).sort();
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

  /** The Terraform JSON without cdktf's metadata, keys sorted: the same text for the same stack, fit for a snapshot. */
  public toJson(): string {
    return JSON.stringify(this.json, undefined, 2);
  }
}
