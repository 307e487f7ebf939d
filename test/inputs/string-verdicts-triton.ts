const notConcrete = (id: string, property: string) =>
  `${id} | refused VALUE_NOT_CONCRETE ${property} | refused VALUE_NOT_CONCRETE ${property}`;
const tensor = ['text | reference | reference'];

/** Of settings of Triton's models and servers, in the words of `verdicts.ts`. */
export const TRITON_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'ModelSettings.metricTags': [
    notConcrete('text', 'models[0].metricTags'),
    notConcrete('refused INVALID_NAME models[0].metricTags[x${file("/etc/os-release")}%{if}]', 'models[0].metricTags'),
  ],
  'ModelSettings.parameters': [
    notConcrete('text', 'models[0].parameters'),
    notConcrete('text', 'models[0].parameters'),
  ],
  'RateLimitResource.name': [
    notConcrete('refused INVALID_NAME models[0].rateLimit.resources[0].name', 'models[0].rateLimit'),
  ],
  'AvailableResource.name': [
    'refused INVALID_NAME rateLimitResources[0].name, UNKNOWN_VALUE rateLimitResources[0].name',
  ],
  'ResponseCache.custom(name)': ['refused INVALID_NAME responseCache'],
  'ResponseCache.custom(settings)': ['text | reference | reference', 'refused INVALID_FORMAT responseCache'],
  'SequenceControl.start(tensor)': tensor,
  'SequenceControl.ready(tensor)': tensor,
  'SequenceControl.end(tensor)': tensor,
  'SequenceControl.correlationId(tensor)': tensor,
  'SequenceState.inputName': [notConcrete('text', 'models[0].sequenceBatching')],
  'SequenceState.outputName': [notConcrete('text', 'models[0].sequenceBatching')],
  'SequenceInitialState.fromStore(path)': ['refused INVALID_NAME models[0].sequenceBatching.states[0].initial.path'],
  'WarmUpTensor.fromStore(path)': ['refused INVALID_NAME models[0].warmUp[0].inputs[x].path'],
  'TritonServerSettings.modelConfiguration': ['refused UNKNOWN_VALUE modelConfiguration'],
  'TritonReleaseProps.tensorRtLlmVersion': ['refused INVALID_FORMAT tensorRtLlmVersion'],
  'TensorRtLlmEngineProps.name': [notConcrete('refused INVALID_NAME models[0].name', 'models[0].name')],
  'TensorRtLlmEngineProps.version': [notConcrete('refused INVALID_NAME models[0].version', 'models[0].version')],
  'TensorRtLlmModelProps.name': [notConcrete('refused INVALID_NAME models[0].name', 'models[0].name')],
  'TensorRtLlmModelProps.codePath': [notConcrete('refused INVALID_NAME models[0].codePath', 'models[0].codePath')],
  'TensorRtLlmModelProps.engineArguments': Array.from({ length: 3 }, () =>
    notConcrete('text', 'models[0].engineArguments'),
  ),
  'WarmUpSample.name': [notConcrete('text', 'models[0].warmUp')],
};
