/** The rows for `string-programs-training.ts`. */
export const TRAINING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'JobSetController.new(id)': ['text'],
  'JobSetControllerProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'JobSetControllerProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'TrainingJob.new(id)': ['text'],
  'TrainingJobProps.modelName': [
    'refused INVALID_NAME modelName | refused VALUE_NOT_CONCRETE modelName | refused VALUE_NOT_CONCRETE modelName',
  ],
  'TrainingJobProps.modelVersion': [
    'refused INVALID_NAME modelVersion | refused VALUE_NOT_CONCRETE modelVersion | refused VALUE_NOT_CONCRETE modelVersion',
  ],
  'TrainingJobProps.dataName': [
    'refused INVALID_NAME dataName | refused VALUE_NOT_CONCRETE dataName | refused VALUE_NOT_CONCRETE dataName',
  ],
  'TrainingJobProps.dataVersion': [
    'refused INVALID_NAME dataVersion | refused VALUE_NOT_CONCRETE dataVersion | refused VALUE_NOT_CONCRETE dataVersion',
  ],
  'TrainingJobProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'TrainingJobProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'TrainingJobProps.image': ['refused INVALID_FORMAT image | reference | reference'],
  'TrainingJobProps.checkpointClaim': ['refused INVALID_NAME checkpointClaim | reference | reference'],
  'TrainingJobProps.priorityClassName': ['refused INVALID_NAME priorityClassName | reference | reference'],
  'TrainingJobProps.program': ['text | refused VALUE_NOT_CONCRETE program | refused VALUE_NOT_CONCRETE program'],
  'TrainingJobProps.environment': [
    'text | reference | reference',
    `refused INVALID_NAME environment['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
};
