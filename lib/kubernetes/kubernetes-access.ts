import { addValidation, warnOnce } from '../core/validation';
import { Fault, fault } from '../units/fault';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { Fn, ITerraformDependable, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { enter, entered, isInTree } from '../core/cluster-ledger';
import { dependOn } from '../core/dependencies';
import { throwIfInvalid, ValidationError, throwOfCall } from '../core/errors';
import { ClusterConnection, IKubernetesCluster } from '../core/kubernetes-cluster';
import { hashedName, kubernetesName } from '../core/naming';
import { synthesizeWhile } from '../core/omission';
import { certificateFaults, signInFaults } from './connection-faults';
import { execCredential, identityFaults } from './exec-credential';
import { escapeTemplates } from '../core/template-escape';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * How a stack's providers sign in to a cluster.
 */
export interface KubernetesAccessOptions {
  /**
   * ARN of the IAM role that `aws eks get-token` assumes; of whichever account, in the partition of the cluster.
   * @default - the role that the AWS provider of the cluster assumes, unless `profile` is given; else the identity of the AWS client's own
   * configuration
   */
  readonly roleArn?: string;
  /**
   * Profile of the AWS client's configuration.
   * @default - that of the AWS provider of the cluster; else the client's default profile, or its environment
   */
  readonly profile?: string;
  /** Proxy through which a private API server is reached, e.g. `socks5://localhost:1080`. @default - none */
  readonly proxyUrl?: string;
}

/**
 * Your own providers of one cluster.
 */
export interface KubernetesProviders {
  /** Provider of type `kubernetes`. */
  readonly kubernetes: TerraformProvider;
  /** Provider of type `helm`, needed for custom resources only. @default - none */
  readonly helm?: TerraformProvider;
}

/**
 * The Kubernetes and Helm providers of one cluster in one stack, under the stable alias of the cluster's name.
 *
 * Providers belong to the user's stack: constructs look theirs up here and never create one.
 */
export class KubernetesAccess {
  /**
   * Makes the providers of a cluster in the stack of a scope, or returns the existing ones.
   *
   * The Kubernetes provider signs in by `aws eks get-token` on an EKS cluster and by kubeconfig elsewhere. The profile and the role of
   * the AWS provider that creates or reads the cluster are passed on; where that is not possible (a role with an external id, several
   * roles, values that only another stack knows), synthesis warns with `ACCESS_WITHOUT_AWS_IDENTITY`. The Helm provider is made by
   * `ensureHelmProvider`, so that a stack without custom resources does not need it. Throws a `ValidationError` when the providers already
   * exist with other options.
   *
   * @param scope any construct of the stack
   * @param cluster the cluster
   * @param options how to sign in @default - as the AWS provider of the cluster does
   */
  public static of(scope: Construct, cluster: IKubernetesCluster, options?: KubernetesAccessOptions): KubernetesAccess {
    const known = KubernetesAccess.find(scope, cluster);
    if (known) {
      if (options && !sameOptions(options, known.options ?? {})) {
        throw new ValidationError(TerraformStack.of(scope), [
          fault(
            'PROVIDERS_EXIST',
            'options',
            `the stack already has providers for cluster '${cluster.clusterName}' with other options; give these options to what makes them ` +
              'first: kubernetesAccess of a topology, or KubernetesAccess.of before the constructs that use the cluster',
          ),
        ]);
      }
      return known;
    }
    return KubernetesAccess.register(
      scope,
      cluster,
      new KubernetesAccess(TerraformStack.of(scope), cluster, options ?? {}),
    );
  }

  /**
   * Uses your own providers for everything that goes onto a cluster from the stack of a scope. Throws a `ValidationError` when the
   * stack already has providers for the cluster.
   *
   * @param scope any construct of the stack
   * @param cluster the cluster
   * @param providers your providers
   */
  public static fromProviders(
    scope: Construct,
    cluster: IKubernetesCluster,
    providers: KubernetesProviders,
  ): KubernetesAccess {
    if (KubernetesAccess.find(scope, cluster)) {
      throw new ValidationError(TerraformStack.of(scope), [
        fault(
          'PROVIDERS_EXIST',
          'providers',
          `the stack already has providers for cluster '${cluster.clusterName}'; call KubernetesAccess.fromProviders before anything else ` +
            'uses the cluster in this stack',
        ),
      ]);
    }
    return KubernetesAccess.register(
      scope,
      cluster,
      new KubernetesAccess(TerraformStack.of(scope), cluster, undefined, providers),
    );
  }

  /**
   * The providers of a cluster in the stack of a scope, if there are any.
   *
   * @param scope any construct of the stack
   * @param cluster the cluster
   */
  public static find(scope: Construct, cluster: IKubernetesCluster): KubernetesAccess | undefined {
    const known = accessesOf(TerraformStack.of(scope), cluster.clusterName);
    return known.find((each) => each.cluster === cluster)?.access;
  }

  private static register(scope: Construct, cluster: IKubernetesCluster, access: KubernetesAccess): KubernetesAccess {
    const stack = TerraformStack.of(scope);
    const known: KnownAccess = { cluster, access };
    enter(stack, ACCESS, cluster.clusterName, access.kubernetesProvider, known);
    return access;
  }

  /** The provider for Kubernetes objects. */
  public readonly kubernetesProvider: TerraformProvider;

  private readonly stack: TerraformStack;
  private readonly cluster: IKubernetesCluster;
  private readonly options?: KubernetesAccessOptions;
  private readonly alias: string;
  private helm?: TerraformProvider;

  private constructor(
    stack: TerraformStack,
    cluster: IKubernetesCluster,
    options?: KubernetesAccessOptions,
    given?: KubernetesProviders,
  ) {
    this.stack = stack;
    this.cluster = cluster;
    this.options = options;
    this.helm = given?.helm;
    if (!given) {
      throwIfInvalid(
        stack,
        allOf(
          () => sameNameFaults(stack, cluster),
          () => certificateFaults(cluster.connection),
          () => signInFaults(cluster, options),
        ),
      );
      removeProvidersOfRemoved(stack, cluster);
    }
    this.alias = freeAlias(stack, cluster);
    const credential = execCredential(stack, cluster, options ?? {});
    this.kubernetesProvider =
      given?.kubernetes ??
      new KubernetesProvider(stack, providerId('Kubernetes', cluster.clusterName), {
        alias: this.alias,
        ...connectionConfig(cluster.connection, options),
        exec: credential && [credential],
      });
    if (!given) {
      synthesizeWhile(this.kubernetesProvider, () => isInTree(cluster));
      warnOnce(this.kubernetesProvider, () => (isInTree(cluster) ? identityFaults(stack, cluster, options ?? {}) : []));
    }
  }

  /**
   * The provider for Helm releases, made on the first call. Throws a `ValidationError` if you passed in your own providers without one.
   */
  public ensureHelmProvider(): TerraformProvider {
    if (!this.helm && !this.options) {
      throw new ValidationError(this.stack, [
        fault(
          'MISSING_HELM_PROVIDER',
          'providers.helm',
          `custom resources and charts on cluster '${this.cluster.clusterName}' need a Helm provider; pass helm to ` +
            'KubernetesAccess.fromProviders',
        ),
      ]);
    }
    return (this.helm ??= this.makeHelmProvider());
  }

  /** If there is one so far. @internal */
  public get _helmProvider(): TerraformProvider | undefined {
    return this.helm;
  }

  private makeHelmProvider(): TerraformProvider {
    const connection = this.cluster.connection;
    const helm = new HelmProvider(this.stack, providerId('Helm', this.cluster.clusterName), {
      alias: this.alias,
      kubernetes: {
        ...connectionConfig(connection, this.options),
        exec: execCredential(this.stack, this.cluster, this.options ?? {}),
      },
    });
    synthesizeWhile(helm, () => isInTree(this.cluster));
    return helm;
  }
}

checkArguments('KubernetesAccess', KubernetesAccess, throwOfCall);

/**
 * Meta-arguments of every Kubernetes object on a cluster.
 *
 * @internal
 */
export interface KubernetesMeta {
  readonly provider?: TerraformProvider;
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * Provider and dependencies for the Kubernetes objects of a construct. Without a provider for the cluster in the stack, the
 * stack's own default Kubernetes provider is used; without that too, synthesis fails and says how to create one.
 *
 * @internal
 */
export function kubernetesMeta(
  scope: Construct,
  cluster: IKubernetesCluster,
  waitFor: ITerraformDependable[] = [],
): KubernetesMeta {
  return meta('kubernetes', scope, cluster, waitFor, (access) => access.kubernetesProvider);
}

/**
 * As `kubernetesMeta`, for the Helm releases of a construct.
 *
 * @internal
 */
export function helmMeta(
  scope: Construct,
  cluster: IKubernetesCluster,
  waitFor: ITerraformDependable[] = [],
): KubernetesMeta {
  return meta('helm', scope, cluster, waitFor, (access) => access.ensureHelmProvider());
}

/**
 * Whether the stack of a scope has a provider of a type without an alias, the default for resources that name no provider.
 *
 * @internal
 */
export function hasDefaultProvider(type: string, scope: Construct): boolean {
  const isDefault = (child: unknown) =>
    TerraformProvider.isTerraformProvider(child) && child.terraformResourceType === type && child.alias === undefined;
  return TerraformStack.of(scope).node.findAll().some(isDefault);
}

/**
 * Whether a Kubernetes object or a Helm release belongs to a cluster, judged by its provider.
 *
 * @param object the resource
 * @param cluster the cluster
 * @param isDefault whether the default Kubernetes provider of a stack, if there is one, can only be for this cluster
 *
 * @internal
 */
export function isOnCluster(
  object: TerraformResource,
  cluster: IKubernetesCluster,
  isDefault: (stack: TerraformStack) => boolean,
): boolean {
  const access = KubernetesAccess.find(object, cluster);
  const own = object.terraformResourceType === 'helm_release' ? access?._helmProvider : access?.kubernetesProvider;
  if (object.provider) return own === object.provider;
  if (own) return own.alias === undefined;
  return isDefault(TerraformStack.of(object));
}

/** Kind of entry in a stack's ledger: providers of clusters, by cluster name. */
const ACCESS = 'kubernetes access';

/** The providers of one of the clusters with a name. */
interface KnownAccess {
  readonly cluster: IKubernetesCluster;
  readonly access: KubernetesAccess;
}

function accessesOf(stack: TerraformStack, clusterName?: string): KnownAccess[] {
  return entered<KnownAccess>(stack, ACCESS, clusterName).map(({ value }) => value);
}

function meta(
  type: string,
  scope: Construct,
  cluster: IKubernetesCluster,
  waitFor: ITerraformDependable[],
  provider: (access: KubernetesAccess) => TerraformProvider,
): KubernetesMeta {
  const access = KubernetesAccess.find(scope, cluster);
  if (!access) requireProvider(type, scope, cluster);
  const dependsOn = dependOn(scope, [...cluster.ready, ...waitFor]);
  return { provider: access && provider(access), dependsOn: dependsOn.length > 0 ? dependsOn : undefined };
}

/** Kind of entry in a stack's ledger: types of providers that objects without one of their own need, by cluster name. */
const PROVIDERLESS_OBJECT = 'object without provider';
/** Kind of entry for the checks of those objects. */
const PROVIDER_CHECK = 'provider check';

/** Adds a check of the stack for default providers, once for all objects of a cluster. */
function requireProvider(type: string, scope: Construct, { clusterName }: IKubernetesCluster): void {
  const stack = TerraformStack.of(scope);
  enter(stack, PROVIDERLESS_OBJECT, clusterName, scope, type);
  if (entered(stack, PROVIDER_CHECK, clusterName).length > 0) return;
  enter(stack, PROVIDER_CHECK, clusterName, stack);
  addValidation(stack, () => missingProviderFaults(stack, clusterName));
}

function missingProviderFaults(stack: TerraformStack, clusterName: string): Fault[] {
  const without = entered<string>(stack, PROVIDERLESS_OBJECT, clusterName);
  const types = [...new Set(without.map(({ value }) => value))].filter((type) => !hasDefaultProvider(type, stack));
  const [first, ...others] = without.filter(({ value }) => types.includes(value));
  if (!first) return [];
  const path = `'${first.owner.node.path}'`;
  const needed = others.length > 0 ? `${path} and ${others.length} more need` : `${path} needs`;
  return [
    fault(
      'MISSING_PROVIDER',
      undefined,
      `stack '${stack.node.id}' has no ${types.sort().reverse().join(' and no ')} provider for cluster '${clusterName}', which ${needed}; call ` +
        'KubernetesAccess.of(stack, cluster) before creating what needs it, or pass your own providers with KubernetesAccess.fromProviders',
    ),
  ];
}

function sameOptions(a: KubernetesAccessOptions, b: KubernetesAccessOptions): boolean {
  return a.roleArn === b.roleArn && a.profile === b.profile && a.proxyUrl === b.proxyUrl;
}

/** Providers created here have an id derived from the cluster's name; those passed in by the user may have any. */
function sameNameFaults(stack: TerraformStack, { clusterName, node }: IKubernetesCluster): Fault[] {
  const made = stack.node.tryFindChild(providerId('Kubernetes', clusterName));
  const others = accessesOf(stack).filter(
    ({ access, cluster }) => access.kubernetesProvider === made && isInTree(cluster),
  );
  return others.map(({ cluster: other }) =>
    fault(
      'CLUSTERS_SHARE_NAME',
      'clusterName',
      `the stack already has providers for another cluster named '${clusterName}': they belong to '${other.node.path}', but '${node.path}' needs ` +
        'its own; if both are the same cluster, use one construct everywhere, else give one of them another name or another stack',
    ),
  );
}

/** Makes room for the providers of a cluster that is made anew: those of one that was removed have their ids, and are of no use. */
function removeProvidersOfRemoved(stack: TerraformStack, { clusterName }: IKubernetesCluster): void {
  const ids = ['Kubernetes', 'Helm'].map((type) => providerId(type, clusterName));
  const made = stack.node.tryFindChild(ids[0]);
  if (accessesOf(stack).some(({ access, cluster }) => access.kubernetesProvider === made && !isInTree(cluster)))
    ids.forEach((id) => stack.node.tryRemoveChild(id));
}

function providerId(type: string, clusterName: string): string {
  return `${type}-${clusterName}`;
}

/** The alias of a cluster's providers: its name, with a suffix if another provider of the stack has that alias. */
function freeAlias(stack: TerraformStack, { clusterName }: IKubernetesCluster): string {
  const alias = kubernetesName(clusterName);
  const isTaken = stack.node
    .findAll()
    .some(
      (child) => TerraformProvider.isTerraformProvider(child) && isKubernetesProvider(child) && child.alias === alias,
    );
  return isTaken ? hashedName(clusterName) : alias;
}

function isKubernetesProvider({ terraformResourceType }: TerraformProvider): boolean {
  return terraformResourceType === 'kubernetes' || terraformResourceType === 'helm';
}

/** How both providers reach a cluster. */
function connectionConfig(connection: ClusterConnection, options?: KubernetesAccessOptions) {
  const { host, configPath, configContext, certificateAuthorityData } = connection;
  return {
    ...escapeTemplates({ host, configPath, configContext, proxyUrl: options?.proxyUrl }),
    clusterCaCertificate: certificateAuthorityData && Fn.base64decode(certificateAuthorityData),
  };
}
