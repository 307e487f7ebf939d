import * as path from 'path';
import { AssetType, TerraformAsset, TerraformStack } from 'cdktf';

/**
 * Path of a chart of this package, relative to the folder in which Terraform runs. It is copied there once per stack when the app is
 * synthesized, so the synthesized stack needs nothing of this package.
 *
 * @param stack stack of the release
 * @param id id of the copy in the stack
 * @param folder folder of the chart in `charts/`
 *
 * @internal
 */
export function localChart(stack: TerraformStack, id: string, folder: string): string {
  const known = stack.node.tryFindChild(id) as TerraformAsset | undefined;
  const asset =
    known ??
    new TerraformAsset(stack, id, {
      // Two folders up from both lib/kubernetes and dist/kubernetes.
      path: path.join(__dirname, '..', '..', 'charts', folder),
      type: AssetType.DIRECTORY,
    });
  // If the folder is missing, Helm treats a path without a leading dot as the name of a chart in a repository.
  return `./${asset.path}`;
}
