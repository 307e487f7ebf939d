/**
 * What other tools call the properties of this library, by names without hyphens and in lower case: arguments of vLLM, fields of Kubernetes, of KServe and of
 * charts, and the properties that do the same here, the likeliest first. A struct is advised of those that it has.
 */
const SYNONYMS: { readonly [name: string]: readonly string[] | undefined } = {
  // vLLM: https://docs.vllm.ai/en/latest/configuration/engine_args/
  maxmodellen: ['contextLength'],
  maxseqlen: ['contextLength'],
  contextwindow: ['contextLength'],
  maxnumseqs: ['maxSequences'],
  maxbatchsize: ['maxSequences'],
  maxnumbatchedtokens: ['maxBatchedTokens'],
  gpumemoryfraction: ['gpuMemoryUtilization'],
  tensorparallelsize: ['parallelism'],
  pipelineparallelsize: ['parallelism'],
  enableexpertparallel: ['parallelism'],
  dataparallelsize: ['replicas'],
  dtype: ['precision'],
  kvcachedtype: ['kvCachePrecision'],
  enableprefixcaching: ['prefixCaching'],
  enablechunkedprefill: ['chunkedPrefill'],
  enforceeager: ['cudaGraphs'],
  cpuoffloadgb: ['cpuOffload'],
  kvoffloadingsize: ['kvOffload'],
  speculativeconfig: ['speculativeDecoding'],
  loramodules: ['loraAdapters'],
  enablelora: ['loraAdapters'],
  servedmodelname: ['servedModelNames'],
  engineargs: ['engineArguments', 'extraArguments'],
  extraargs: ['extraArguments', 'engineArguments'],
  maxnumqueuedreqs: ['maxQueuedRequests'],
  // Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
  env: ['environment', 'secretEnvironment'],
  envfrom: ['secretEnvironment', 'environment'],
  strategy: ['updateStrategy', 'maxSurge', 'maxUnavailable'],
  rollingupdate: ['updateStrategy', 'maxSurge', 'maxUnavailable'],
  imagepullsecrets: ['imageRegistry'],
  pullsecrets: ['imageRegistry'],
  serviceaccount: ['serviceAccountName', 'serviceAccountAnnotations'],
  terminationgraceperiodseconds: ['exitTimeout'],
  mountpath: ['path'],
  poddisruptionbudget: ['maxDisruptions'],
  startupprobe: ['startupBudget'],
  livenessprobe: ['stallTimeout'],
  // KServe and charts: https://kserve.github.io/website/
  storageuri: ['modelStore'],
  minreplicas: ['replicas'],
  image: ['vllmImage', 'tritonImage', 'servingImage', 'pipelineImage'],
  // Node groups of AWS and of Terraform modules.
  minsize: ['minNodes'],
  maxsize: ['maxNodes'],
  desiredsize: ['initialNodes'],
  instancetypes: ['instanceType', 'otherInstanceTypes'],
  amitype: ['image'],
};

/**
 * The properties of a struct that do what a name of another tool means; none for a name that is in no table.
 *
 * @param name the name that was given, without underscores and hyphens
 * @param known names of the properties of the struct
 *
 * @internal
 */
export function propertySynonyms(name: string, known: readonly string[]): string[] {
  const lower = name.toLowerCase();
  const meant = Object.hasOwn(SYNONYMS, lower) ? SYNONYMS[lower] : undefined;
  return (meant ?? []).filter((each) => known.includes(each));
}

/** All names, for the test that each means a property. @internal */
export const SYNONYM_TABLE = SYNONYMS;
