import { Release } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { helmReleaseName } from '../core/naming';
import { SecretReference } from '../core/secret-reference';
import { escapeTemplate } from '../core/template-escape';
import { HELM_BOUNDS } from './helm-bounds';
import { helmMeta } from './kubernetes-access';
import { localChart } from './local-chart';

const CHART_ID = 'GeneratedSecretChart';

/**
 * A secret whose value Helm makes in the cluster when it is installed first and keeps from then on. Neither the configuration nor the state of
 * Terraform has the value: the release holds what it was made from, which is its name.
 *
 * @see https://helm.sh/docs/chart_template_guide/functions_and_pipelines/#using-the-lookup-function
 *
 * @internal
 */
export function generatedSecret(
  scope: Construct,
  id: string,
  props: {
    readonly cluster: IKubernetesCluster;
    readonly waitFor: ITerraformDependable[];
    readonly namespace: string;
    readonly secret: SecretReference;
    readonly labels: { readonly [key: string]: string };
    /** Further keys with the same value. @default - none */
    readonly copies?: readonly string[];
  },
): Release {
  const { name, key } = props.secret;
  // Helm says itself who manages what it installs.
  const values = { name, key, labels: props.labels, copies: props.copies };
  return new Release(scope, id, {
    ...helmMeta(scope, props.cluster, props.waitFor),
    name: helmReleaseName(name),
    namespace: props.namespace,
    chart: localChart(TerraformStack.of(scope), CHART_ID, 'generated-secret'),
    values: [escapeTemplate(JSON.stringify(values))],
    ...HELM_BOUNDS,
  });
}

/**
 * Whether the chart of a synthesized Helm release makes a secret.
 *
 * @internal
 */
export function isGeneratedSecretChart(chart: unknown): boolean {
  return typeof chart === 'string' && chart.startsWith(`./assets/${CHART_ID}/`);
}
