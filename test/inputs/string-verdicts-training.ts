/** The rows for `string-programs-training.ts`. */
export const TRAINING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'JobSetController.new(id)': ['text'],
  'JobSetControllerProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'JobSetControllerProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelPipeline.new(id)': ['text'],
  'ModelPipelineProps.modelName': [
    'refused INVALID_NAME modelName | refused VALUE_NOT_CONCRETE modelName | refused VALUE_NOT_CONCRETE modelName',
  ],
  'ModelPipelineProps.modelVersion': [
    'refused INVALID_NAME modelVersion | refused VALUE_NOT_CONCRETE modelVersion | refused VALUE_NOT_CONCRETE modelVersion',
  ],
  'ModelPipelineProps.outputName': [
    'refused INVALID_NAME outputName | refused VALUE_NOT_CONCRETE outputName | refused VALUE_NOT_CONCRETE outputName',
  ],
  'ModelPipelineProps.outputVersion': [
    'refused INVALID_NAME outputVersion | refused VALUE_NOT_CONCRETE outputVersion | refused VALUE_NOT_CONCRETE outputVersion',
  ],
  'ModelPipelineProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelPipelineProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ModelPipelineProps.image': ['refused INVALID_FORMAT image | reference | reference'],
  'ModelPipelineProps.compressedTensorsVersion': [
    'refused INVALID_FORMAT compressedTensorsVersion | refused VALUE_NOT_CONCRETE compressedTensorsVersion | refused VALUE_NOT_CONCRETE compressedTensorsVersion',
  ],
  'ModelPipelineProps.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ModelPipelineProps.workClaim': ['refused INVALID_NAME workClaim | reference | reference'],
  'ModelPipelineProps.priorityClassName': ['refused INVALID_NAME priorityClassName | reference | reference'],
  'ModelPipelineProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    `refused INVALID_FORMAT nodeSelector['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'StoredText.name': [
    'refused INVALID_NAME steps[0].text.name | refused VALUE_NOT_CONCRETE steps[0].text.name | refused VALUE_NOT_CONCRETE steps[0].text.name',
  ],
  'StoredText.version': [
    'refused INVALID_NAME steps[0].text.version | refused VALUE_NOT_CONCRETE steps[0].text.version | refused VALUE_NOT_CONCRETE steps[0].text.version',
  ],
  'StoredText.file': [
    'refused INVALID_FORMAT steps[0].text.file | refused VALUE_NOT_CONCRETE steps[0].text.file | refused VALUE_NOT_CONCRETE steps[0].text.file',
  ],
  'StoredFiles.name': [
    'refused INVALID_NAME steps[0].adapter.name | refused VALUE_NOT_CONCRETE steps[0].adapter.name | refused VALUE_NOT_CONCRETE steps[0].adapter.name',
  ],
  'StoredFiles.version': [
    'refused INVALID_NAME steps[0].adapter.version | refused VALUE_NOT_CONCRETE steps[0].adapter.version | refused VALUE_NOT_CONCRETE steps[0].adapter.version',
  ],
  'QualityGateProps.tasks': [
    'refused INVALID_NAME tasks[0] | refused VALUE_NOT_CONCRETE tasks | refused VALUE_NOT_CONCRETE tasks',
  ],
  'TritonRepositoryOptions.modelName': [
    'refused INVALID_NAME steps[1].modelName | refused VALUE_NOT_CONCRETE steps[1].modelName | refused VALUE_NOT_CONCRETE steps[1].modelName',
  ],
  'TritonRepositoryOptions.config': [
    'text | refused VALUE_NOT_CONCRETE steps[1].config | refused VALUE_NOT_CONCRETE steps[1].config',
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
