import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import { AlertReceiver, CloudTopology, ModelSpec } from 'gpu-inference-constructs';

// What `config.json` of an 8B model on the hub says.
const CONFIG = JSON.stringify({
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  hidden_size: 4096,
  intermediate_size: 12288,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 151936,
  max_position_embeddings: 40960,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
});

/** One statement: a model by the file that its publisher ships, and what its users must see. */
export function oneStatement(app: App): TerraformStack[] {
  const stack = new TerraformStack(app, 'one-statement');
  new S3Backend(stack, { bucket: 'company-terraform', key: 'chat.tfstate', region: 'us-west-2' });
  new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
  new CloudTopology(stack, 'Chat', {
    clusterName: 'chat',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
    models: [
      {
        model: ModelSpec.fromHuggingFaceConfig('support-8b', CONFIG),
        targets: { maxTimePerOutputTokenMs: 50, maxTimeToFirstTokenMs: 1000 },
      },
    ],
    serving: { maxSurge: 0 },
    monitoringOptions: {
      alertReceivers: [AlertReceiver.slack('on-call', { webhookUrl: { name: 'alerting', key: 'slack' } })],
    },
  });
  return [stack];
}
