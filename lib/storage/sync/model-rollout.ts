import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { enter } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { credentialAnnotations, roleAnnotations } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { hostEgress, isolate, modelStoreEgress } from '../../kubernetes/network-access';
import { podTemplate } from '../../kubernetes/pod-template';
import { checkArguments } from '../../units/argument-faults';
import { allOf } from '../../units/unreadable';
import { ModelRolloutProps } from './model-rollout-props';
import { enterRelease, sameNumberFaults } from './release-ledger';
import { ROLLOUT_ENTRY, rolloutFaults, secondRolloutFaults } from './rollout-faults';
import { rolloutPod, ROLLOUT_PORT, rolloutSettings, UNTRUSTED } from './rollout-pod';
import { podRole, releaseFolder, scripts } from './sync-place';

const SCRIPTS = [
  ...['model_rollout.py', 'release-model.sh', 'release_envelope.py', 'release_signing.py', 'rollout_hub.py'],
  ...['rollout_metrics.py', 'rollout_state.py', 'sign_rollout.py', 'sync_metrics.py'],
];
const DEFAULT_CHANNEL = 'stable';
/** What `model_rollout.py` ends with where another pod would end likewise, and `sign_rollout.py` where it cannot sign. */
const FINAL = { rollout: [3], sign: [1] };

/**
 * Brings one release of a model to sites, ring after ring, and stops by itself where it fails.
 *
 * Each ring has a channel, `channelOf`, that its sites follow by `ModelSync`. A ring gets the release when the one before has passed: every site that can be
 * reached runs it and has checked it, enough of all do, none has taken it back, none of the alerts fires there, and all of that is so after the soak. Where a
 * check fails or an alert begins to fire at any site that was offered the release, nothing more is released; `ModelRolloutStopped` tells so until another
 * rollout takes its place.
 *
 * It is a Job, whose state is in the store: a pod that is killed is followed by one that goes on where it stopped. All that it may publish is signed before it
 * begins, by a container that has the keys and no credentials and has ended then.
 *
 * @see docs/model-rollout.md
 */
export class ModelRollout extends Construct implements IWatchable {
  /**
   * Channel that the sites of a ring follow: `channel` of `ModelSync`, or of `sync` of `EdgeTopology`.
   *
   * @param ring name of the ring
   * @param channel `channel` of the rollout @default 'stable'
   */
  public static channelOf(ring: string, channel?: string): string {
    return `${channel ?? DEFAULT_CHANNEL}-${ring}`;
  }

  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** First part of the names of channels. */
  public readonly channel: string;
  /** How it is scraped while it runs, by a `MonitoringStack` that watches it. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes Job, for overrides. */
  public readonly job: JobV1;
  readonly #props: ModelRolloutProps;

  /**
   * Throws a `ValidationError` with every fault of the names, rings, times, alerts, the hub and the references to keys, and of a second rollout of the channel.
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props what is released, to whom, and when it stops
   */
  public constructor(scope: Construct, id: string, props: ModelRolloutProps) {
    throwIfOfOtherKinds(scope, 'ModelRolloutProps', props, id, (given) => new ModelRollout(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.channel = props.channel ?? DEFAULT_CHANNEL;
    const { name, namespace, channel } = this;
    throwIfRefused(this, rolloutFaults(props, { name, namespace, channel }));
    throwIfRefused(
      this,
      allOf(
        () => secondRolloutFaults(props, channel),
        () => this.#channels.flatMap((each) => sameNumberFaults(props, each)),
      ),
    );
    enter(props.modelStore, ROLLOUT_ENTRY, `${props.model}/${channel}`, this, this.node.path);
    for (const each of this.#channels) enterRelease(this, props, each);
    warnOfEndpoint(props.modelStore);

    const { cluster, modelStore, model, version, hub } = props;
    const made = ensureNamespace(this, cluster, namespace, PodSecurityLevel.RESTRICTED);
    const role = podRole(this, props, namespace, name);
    if (role) {
      modelStore.grantRead(role, `${model}/${version}`);
      modelStore.grantReadWrite(role, releaseFolder(model));
    }
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, cluster, made),
      metadata: this.#metadata(roleAnnotations(role)),
      automountServiceAccountToken: false,
    });
    const data = { ...scripts(...SCRIPTS), 'settings.json': rolloutSettings(props, channel) };
    const config = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, cluster, made),
      metadata: this.#metadata(),
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
    });
    const annotations = {
      ...checksumAnnotation(data),
      ...credentialAnnotations(modelStore),
      // What asks the hub, and what signs, act with no role.
      ...(role ? { 'eks.amazonaws.com/skip-containers': UNTRUSTED.join(',') } : {}),
    };
    this.job = this.#makeJob([...made, account, config, ...(role?.ready ?? [])], annotations);
    this.metricsTarget = {
      jobName: `model-rollout-${name}`,
      namespace,
      podSelector: this.#labels,
      port: ROLLOUT_PORT,
      exporters: [MetricExporter.MODEL_ROLLOUT],
      models: [],
      features: [],
      version: '1',
      usesGpus: false,
      isolated: props.networkPolicy ?? true,
      // It ends.
      scalesToZero: true,
    };
    if (props.networkPolicy ?? true) {
      isolate(this, 'NetworkPolicy', {
        ...{ cluster, waitFor: made, name, namespace, pods: this.#labels, ingress: [] },
        egress: [...modelStoreEgress(modelStore, namespace), ...hostEgress(hub.url, namespace)],
      });
    }
  }

  get #channels(): string[] {
    return this.#props.rings.map(({ name }) => ModelRollout.channelOf(name, this.channel));
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-rollout', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(annotations?: { [key: string]: string }) {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY }, annotations };
  }

  #makeJob(waitFor: ITerraformDependable[], annotations: { [key: string]: string }): JobV1 {
    const { cluster, retries } = this.#props;
    const final = Object.entries(FINAL).map(([containerName, values]) => ({
      action: 'FailJob',
      onExitCodes: { containerName, operator: 'In', values },
    }));
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata(),
      waitForCompletion: false,
      spec: {
        backoffLimit: retries ?? 10,
        completions: 1,
        parallelism: 1,
        podFailurePolicy: {
          // A pod that its node has to give up says nothing about the release.
          rule: [...final, { action: 'Ignore', onPodCondition: [{ type: 'DisruptionTarget', status: 'True' }] }],
        },
        template: podTemplate(
          rolloutPod(this, this.#props, { name: this.name, channel: this.channel, labels: this.#labels, annotations }),
        ),
      },
    });
  }
}

checkArguments('ModelRollout', ModelRollout);
