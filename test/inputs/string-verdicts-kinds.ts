/** Of Triton's kinds of models, as `string-verdicts.ts` has them. */
export const KIND_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'EnsembleStep.model': [
    'refused UNKNOWN_VALUE models[0].steps[0].model | refused VALUE_NOT_CONCRETE models[0].steps | refused VALUE_NOT_CONCRETE models[0].steps',
  ],
  'EnsembleStep.inputMap': [
    'refused UNKNOWN_VALUE models[0].steps[0].inputMap, ENSEMBLE_INPUT_MISSING models[0].steps[0].inputMap | refused VALUE_NOT_CONCRETE models[0].steps | refused VALUE_NOT_CONCRETE models[0].steps',
    'refused UNKNOWN_VALUE models[0].steps[0].inputMap, ENSEMBLE_INPUT_MISSING models[0].steps[0].inputMap | refused VALUE_NOT_CONCRETE models[0].steps | refused VALUE_NOT_CONCRETE models[0].steps',
  ],
  'EnsembleStep.outputMap': [
    'refused UNKNOWN_VALUE models[0].steps[0].outputMap | refused VALUE_NOT_CONCRETE models[0].steps | refused VALUE_NOT_CONCRETE models[0].steps',
    'refused UNKNOWN_VALUE models[0].steps[0].outputMap | refused VALUE_NOT_CONCRETE models[0].steps | refused VALUE_NOT_CONCRETE models[0].steps',
  ],
  'EnsembleModelProps.name': [
    'refused INVALID_NAME models[0].name | refused VALUE_NOT_CONCRETE models[0].name | refused VALUE_NOT_CONCRETE models[0].name',
  ],
  'PythonCode.inline(files)': [
    'refused MISSING_PROPERTY models[0].code.files | refused VALUE_NOT_CONCRETE models[0].code | refused VALUE_NOT_CONCRETE models[0].code',
    `refused INVALID_NAME models[0].code.files['x\${file("/etc/os-release")}%{if}'], MISSING_PROPERTY models[0].code.files | refused VALUE_NOT_CONCRETE models[0].code | refused VALUE_NOT_CONCRETE models[0].code`,
  ],
  'PythonEnvironment.fileName': [
    'refused INVALID_NAME models[0].environment.fileName | refused VALUE_NOT_CONCRETE models[0].environment | refused VALUE_NOT_CONCRETE models[0].environment',
  ],
  'PyTorchModelProps.fileName': [
    'refused INVALID_NAME models[0].fileName | refused VALUE_NOT_CONCRETE models[0].fileName | refused VALUE_NOT_CONCRETE models[0].fileName',
  ],
};
