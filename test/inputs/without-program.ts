/** What no program of a user sets, or no resource has: by the names of the properties and arguments. */
export const WITHOUT_PROGRAM: readonly { readonly values: RegExp; readonly why: string }[] = [
  {
    values:
      /^(Fault|ReleaseAdvisory|PlanFigure|Alternative|TrainingAlternative|StackAnnotation|IndicatorQuery|MetricLabelChange|PipelineOutput|OutageFigure|PowerSetting|EdgeServer|EdgeBootstrap|FleetSite|OutageEvent|GitOpsSecret)\./,
    why: 'the library returns it',
  },
  { values: /^CapacityPlan\.vllmServeArguments\(/, why: 'it returns arguments of a command, and makes no resource' },
  { values: /^SynthesizedStack\./, why: 'it reads what was synthesized' },
  {
    values: /^CapacitySearchRequest\.region/,
    why: 'the planner compares it with what it knows, and it goes into no resource',
  },
  {
    values: /^(DecoderShape\.(modelType|encoders)|EncoderShape\.)/,
    why: 'the planner compares it with names of families, and it goes into no resource',
  },
  {
    values: /^(DraftModelProps|Eagle3Props)\.path/,
    why: 'it goes into arguments of the engine as part of a JSON, as values of engineArguments do',
  },
  {
    values: /^(DraftModelProps|Eagle3Props)\.(name|version)/,
    why: 'servers refuse other forms than those of models: test/serving/vllm/draft-models.test.ts',
  },
  {
    values: /^DeepSpeedConfigProps\.moreSettings/,
    why: 'it goes into the text of a file as part of a JSON, which is escaped as a whole',
  },
  {
    values: /^(EdgeBootstrapProps|EdgeBundleFile|K3sReleaseProps)\./,
    why: 'it goes into files that a machine is set up from, and into no resource; what is no name, label, checksum or address is refused',
  },
  {
    values: /^(EdgeServerProps|EdgeJetsonProps|EdgeCpuProps|EdgeNeeds)\./,
    why: 'it names a machine of a plan or a version that is compared, and goes into no resource; other names are refused',
  },
  {
    values: /^SiteFleet(Options)?\./,
    why: 'it is a table that is read, and names that its cells are compared with: what a cell says is checked where it is used',
  },
  {
    values:
      /^(GitOpsRepositoryOptions\.|(ArgoCdOptions|FluxOptions)\.(repository|revision|directory|namespace|project|repositorySecret)|ExternalSecretsOptions\.(clusterStore|store|keyPrefix)|SopsOptions\.keySecret|GitOpsSite\.(name|values)|GitOpsTree\.write\(directory\))/,
    why: 'it goes into files and into no resource; what is no name, path or address is refused, a reference too: test/manifests/git-ops-engine.test.ts',
  },
  { values: /^SiteIdentities\.(of|roleOf)\(site\)/, why: 'it looks up a site by name; another is refused' },
  { values: /^SiteIdentity\.site$/, why: 'it says whose the other values are, and goes into no resource' },
  { values: /^Metric\./, why: 'it looks up a metric by name' },
  {
    values:
      /^(ServingImageOptions|PyTorchImageOptions|VllmImageOptions|TritonImageOptions|ArmCpuImageOptions|VllmPluginProps|EfaInstallerProps)\./,
    why: 'it goes into the text of a Dockerfile, as it is; other forms than those of versions and names are refused',
  },
  {
    values: /^PipelineImage\.writeTo\(/,
    why: 'it is a folder of the machine that builds the image, and goes into no resource',
  },
  { values: /^MonitoringRule\./, why: 'it is checked against metrics and goes into no resource' },
  { values: /^NodeSubnet\./, why: 'it is what a pool says of its subnets, for the placement of pods' },
];
