import { TerraformElement } from 'cdktf';
import { Construct } from 'constructs';

/**
 * Runs a piece of construction when its stack is prepared for synthesis, after every construct of the app was made.
 *
 * cdktf asks each element for its part of the stack in that preparing pass, and elements made there are synthesized like any
 * other; aspects and validations run later still. The pass may come more than once.
 *
 * @internal
 */
export class LateChild extends TerraformElement {
  private readonly build: () => void;

  public constructor(scope: Construct, id: string, build: () => void) {
    super(scope, id);
    this.build = build;
  }

  public override toTerraform() {
    this.build();
    return super.toTerraform();
  }
}
