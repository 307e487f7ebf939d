import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { CloudTopology, ModelSpec, Warnings } from 'gpu-inference-constructs';

/** The two stacks and their contents. Infrastructure and workloads have separate states: see "Two stacks" in the README. */
export class Quickstart {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly topology: CloudTopology;

  constructor(app: App) {
    this.infrastructure = new TerraformStack(app, 'quickstart-infrastructure');
    this.workloads = new TerraformStack(app, 'quickstart-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      // Terraform runs in cdktf.out/stacks/<stack>: the same relative path works for the stack and for those that refer to it.
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'us-west-2' });

    // Nothing here fills the store, so that synthesis would warn; a ModelImport, as in docs/first-answer.md, takes the place of this line.
    Warnings.accept(this.workloads, 'MODEL_NOT_IMPORTED', 'whoever deploys the quickstart copies weights by hand');

    this.topology = new CloudTopology(this.infrastructure, 'Chat', {
      clusterName: 'quickstart',
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      models: [{ model: ModelSpec.LLAMA_3_1_8B }],
      // One server on one node: a rollout stops it until the new one serves. Two replicas, or room for a second node, avoid that.
      serving: { maxSurge: 0 },
      // Prometheus shows alerts; an AlertReceiver sends them to Slack, PagerDuty, e-mail, Amazon SNS or a webhook.
      monitoringOptions: { alertReceivers: [] },
      workloads: this.workloads,
    });
  }
}
