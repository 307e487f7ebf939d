import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import { CloudTopology, InferenceServer, ModelSpec, ToolCallParser, Warnings } from 'gpu-inference-constructs';

/** The two stacks and their contents. Infrastructure and workloads have separate states: see "Two stacks" in the README. */
export class OpenAiVllm {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly topology: CloudTopology;

  constructor(app: App) {
    this.infrastructure = new TerraformStack(app, 'openai-vllm-infrastructure');
    this.workloads = new TerraformStack(app, 'openai-vllm-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      // Terraform runs in cdktf.out/stacks/<stack>: the same relative path works for the stack and for those that refer to it.
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'us-west-2' });

    Warnings.accept(this.workloads, 'MODEL_NOT_IMPORTED', 'the README has the import, which needs a token of the hub');

    this.topology = new CloudTopology(this.infrastructure, 'OpenAi', {
      clusterName: 'openai-vllm',
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      server: InferenceServer.VLLM,
      models: [{ model: ModelSpec.LLAMA_3_1_8B, toolCallParser: ToolCallParser.LLAMA3_JSON }],
      // The namespace of those who ask; one server on one node: a rollout stops it until the new one serves.
      vllmServing: { accessibleFrom: ['chat'], maxSurge: 0 },
      // Prometheus shows alerts; an AlertReceiver sends them to Slack, PagerDuty, e-mail, Amazon SNS or a webhook.
      monitoringOptions: { alertReceivers: [] },
      workloads: this.workloads,
    });

    // What a client needs: the address within the cluster, and how to read the key, which no state holds.
    const { endpoint, namespace, apiKeySecret } = this.topology.vllmDeployments[ModelSpec.LLAMA_3_1_8B.name];
    const template = `go-template={{ index .data "${apiKeySecret.key}" | base64decode }}`;
    const command = `kubectl --namespace ${namespace} get secret ${apiKeySecret.name} --output '${template}'`;
    new TerraformOutput(this.workloads, 'base_url', { value: endpoint, description: 'Base URL for clients of OpenAI' });
    new TerraformOutput(this.workloads, 'key_command', { value: command, description: 'Command that prints the key' });
  }
}
