import { TerraformElement } from 'cdktf';
import { Construct } from 'constructs';

/** Properties of `PlanCheck`. */
interface PlanCheckProps {
  /** What is known at synthesis, as a local value: Terraform takes no condition that refers to nothing. */
  readonly known: string;
  /** The expression that holds, without the `${}` around it, for a reference to that value. */
  readonly condition: (known: string) => string;
  /** What is wrong where it does not, and the cure. */
  readonly message: string;
}

/**
 * Something that only Terraform can tell, e.g. by its clock: it warns of it whenever it plans and applies, and goes on.
 *
 * @see https://developer.hashicorp.com/terraform/language/block/check
 *
 * @internal
 */
export class PlanCheck extends TerraformElement {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: PlanCheckProps,
  ) {
    super(scope, id);
  }

  public override toTerraform(): object {
    const { known, condition, message } = this.props;
    const name = this.friendlyUniqueId;
    return {
      locals: { [name]: known },
      check: { [name]: { assert: [{ condition: `\${${condition(`local.${name}`)}}`, error_message: message }] } },
    };
  }
}
