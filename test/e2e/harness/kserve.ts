import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { ControlPlane, healthy } from './control-plane';
import { objectsIn, objectsOf, registerWebhooks, writeCertificate } from './controller-files';
import { define, withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, until } from './process';
import { Tools } from './tools';

/** Where KServe is, as its charts say. */
const NAMESPACE = 'kserve';
/** The version of LLMInferenceServices that this program judges. */
const LLM_VERSION = 'v1alpha2';

/** Values of the chart of KServe, beside its own. */
export type KServeValues = { readonly [name: string]: any };

/**
 * Runs KServe's real webhooks and controller beside a control plane, with the definitions, the webhooks, the settings and the runtimes of its charts. They
 * listen on the loopback interface only, where the API server finds the webhooks by their URL.
 *
 * @param controlPlane where its objects are
 * @param tools what `setup.mjs` built
 * @param folder folder of the run, for its certificate and log
 */
export async function startKServe(
  controlPlane: ControlPlane,
  { kserve, missing }: Tools,
  folder: string,
): Promise<Stoppable> {
  if (!kserve) throw new Error(`there is no KServe: ${missing.join('; ')}`);
  const own = path.join(folder, 'kserve');
  const { client, kubeconfig } = controlPlane;
  const webhooks = `https://127.0.0.1:${await freePort()}`;
  await define(client, [...definitions(kserve.module), ...gateways(kserve.module)].map(withoutProse));
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const object of settings(kserve.module, { controller: { deploymentMode: 'Standard', gateway: CLOSED } }))
    await client.create(object);
  for (const object of templates(kserve.module)) await client.create(object);
  const server = await Server.start({
    name: 'kserve',
    command: [
      kserve.program,
      `--kubeconfig=${kubeconfig}`,
      `--webhook-port=${new URL(webhooks).port}`,
      `--webhook-certificates=${writeCertificate(own, controlPlane)}`,
    ],
    folder: own,
    // Its webhook that fills in what is left out finds the API server by itself.
    env: { ...isolatedEnvironment(path.join(own, 'home')), KUBECONFIG: kubeconfig, POD_NAMESPACE: NAMESPACE },
    ready: () => healthy(`${webhooks}/mutate-pods`),
  });
  try {
    await register(controlPlane, kserve.module, webhooks);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** No Ingress for a service, and nothing of Istio. */
const CLOSED = { disableIngressCreation: true, disableIstioVirtualHost: true };

/** Definitions of the charts `kserve-crd` and `kserve-llmisvc-crd`. */
function definitions(module: string): KubeObject[] {
  const full = path.join(module, 'config', 'crd', 'full');
  const files = ['clusterstoragecontainer', 'llmisvc', '.'].flatMap((folder) => {
    const names = readdirSync(path.join(full, folder)).filter((file) => /^serving.*\.yaml$/.test(file));
    return names.map((file) => path.join(full, folder, file));
  });
  return files
    .flatMap(objectsIn)
    .filter(({ spec }) => /^(Cluster|Inference|LLMInference|Serving|Trained)\w+$/.test(spec.names.kind as string))
    .map(({ spec: { conversion: _, versions, ...spec }, ...definition }) => {
      const isLlm = spec.names.kind.startsWith('LLM');
      const judged = (versions as any[]).filter(({ name }) => !isLlm || name === LLM_VERSION);
      return { ...definition, spec: { ...spec, versions: judged } } as KubeObject;
    });
}

/** Definitions of what its controller of LLMInferenceServices makes for a router: those of the Gateway API of its own Go module, and those of its chart. */
function gateways(module: string): KubeObject[] {
  const version = /sigs\.k8s\.io\/gateway-api v(\S+)/.exec(readFileSync(path.join(module, 'go.mod'), 'utf8'))?.[1];
  const api = path.join(
    module,
    '..',
    '..',
    '..',
    'sigs.k8s.io',
    `gateway-api@v${version}`,
    'config',
    'crd',
    'standard',
  );
  const files = ['gatewayclasses', 'gateways', 'httproutes'].map((kind) =>
    path.join(api, `gateway.networking.k8s.io_${kind}.yaml`),
  );
  const chart = path.join(module, 'charts', 'kserve-llmisvc-resources', 'files', 'llmisvc', 'resources.yaml');
  const ofChart = objectsIn(chart).filter(({ kind, spec }) => {
    return kind === 'CustomResourceDefinition' && spec.names.kind === 'InferencePool';
  });
  return [...files.flatMap(objectsIn), ...ofChart];
}

/** The templates that the controller of LLMInferenceServices lays under pods, routes and schedulers. */
function templates(module: string): KubeObject[] {
  const file = path.join(module, 'charts', 'kserve-runtime-configs', 'files', 'llmisvcconfigs', 'resources.yaml');
  return objectsIn(file).filter(({ metadata }) => /-(llm-template|router-route|scheduler)$/.test(metadata.name));
}

/** What the chart makes beside the controller: its settings, the container that fetches models, and runtimes for every namespace. */
export function settings(module: string, own: KServeValues): KubeObject[] {
  const charts = path.join(module, 'charts');
  const files = path.join(charts, 'kserve-resources', 'files', 'common');
  const values = merged(valuesOf(charts, 'kserve-resources'), { kserve: own });
  const runtimes = path.join(charts, 'kserve-runtime-configs', 'files', 'runtimes');
  const ofRuntimes = valuesOf(charts, 'kserve-runtime-configs');
  const [settings] = rendered(path.join(files, 'configmap-patch.yaml'), values);
  const [base] = objectsIn(path.join(files, 'storagecontainer.yaml'));
  const [patch] = rendered(path.join(files, 'storagecontainer-patch.yaml'), values);
  const named = (wanted: string) =>
    objectsIn(path.join(runtimes, 'resources.yaml')).filter(({ metadata }) => metadata.name === wanted);
  return [
    { ...settings, metadata: { ...settings.metadata, namespace: NAMESPACE } },
    merged(base, patch) as KubeObject,
    ...named('kserve-tritonserver').map((runtime) => {
      const { image, tag } = ofRuntimes.kserve.servingruntime.tritonserver;
      const [container] = runtime.spec.containers;
      return merged(runtime, { spec: { containers: [{ ...container, image: `${image}:${tag}` }] } }) as KubeObject;
    }),
  ];
}

function valuesOf(charts: string, chart: string): any {
  return parse(readFileSync(path.join(charts, chart, 'values.yaml'), 'utf8'));
}

/** The objects of a template that has values, defaults for them, and blocks of values; lists and conditions are left out. */
function rendered(file: string, values: any): KubeObject[] {
  const at = (reference: string) => reference.split('.').reduce((value: any, name) => value?.[name], values);
  const text = readFileSync(file, 'utf8')
    .replace(/\{\{- (?:range|if) [\s\S]*?\{\{- end ?\}\}/g, '')
    .replace(
      /( *)\{\{-? with \.Values\.([\w.]+) ?\}\}\s*\{\{-? toYaml \. \| nindent \d+ \}\}\s*\{\{-? end \}\}/g,
      (_, indent: string, reference: string) => `${indent}${JSON.stringify(at(reference))}`,
    )
    .replace(
      /\{\{-? ?\.Values\.([\w.]+)(?: \| default \.Values\.([\w.]+))? ?-?\}\}/g,
      (_, reference: string, other?: string) =>
        String(at(reference) || (other === undefined ? at(reference) : at(other))),
    );
  return objectsOf(text);
}

function merged(base: any, over: any): any {
  if (typeof base !== 'object' || typeof over !== 'object' || Array.isArray(over) || base === null) return over;
  const names = [...new Set([...Object.keys(base as object), ...Object.keys(over as object)])];
  return Object.fromEntries(
    names.map((name) => [name, over[name] === undefined ? base[name] : merged(base[name], over[name])]),
  );
}

/** Webhooks of the charts that this program has, by URL. */
async function register(controlPlane: ControlPlane, module: string, url: string): Promise<void> {
  const { client } = controlPlane;
  const charts = ['kserve-resources/files/kserve', 'kserve-llmisvc-resources/files/llmisvc'];
  const objects = charts.flatMap((chart) => objectsIn(path.join(module, 'charts', chart, 'resources.yaml')));
  const configurations = objects.filter(({ kind }) => /WebhookConfiguration$/.test(kind));
  await registerWebhooks(controlPlane, configurations, url, (webhook) => SERVED.test(webhook));
  await until(async () => (await defaulted(client)) && (await refused(client)), 30, 'webhooks of KServe');
}

const SERVED =
  /^\/(mutate-pods|(mutate|validate)-serving-kserve-io-(v1beta1-inferenceservice|v1alpha2-llminferenceservice)|validate-serving-kserve-io-v1alpha1-servingruntime)$/;

/** Whether the webhook that fills in what is left out is asked. */
async function defaulted(client: ControlPlane['client']): Promise<boolean> {
  const { metadata } = await client.apply(probe({}), 'e2e', true);
  return metadata.annotations?.['serving.kserve.io/deploymentMode'] !== undefined;
}

/** Whether the webhook that refuses is asked: the definition knows nothing of its classes. */
async function refused(client: ControlPlane['client']): Promise<boolean> {
  return client.apply(probe({ 'serving.kserve.io/autoscalerClass': 'probe' }), 'e2e', true).then(
    () => false,
    (error: Error) => error.message.includes('is not a supported autoscaler class'),
  );
}

function probe(annotations: { [name: string]: string }): KubeObject {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'probe', namespace: 'default', annotations },
    spec: { predictor: { model: { modelFormat: { name: 'triton' } } } },
  };
}
