import { Arguments } from '../../lib/command-line/arguments';
import { checkRules } from '../../lib/command-line/check-rules';
import { modelFromFile } from '../../lib/command-line/model-file';
import { COMMANDS } from '../../lib/command-line/options';
import { deployedModels } from '../../lib/command-line/upgrade-files';
import { FaultText } from './fault-text';

const given = (line: string) => () => new Arguments(COMMANDS.plan.options, line.split(' ')).faults;

export const TEXTS: FaultText[] = [
  {
    id: 'FILE_UNREADABLE',
    property: '--config',
    text: '--config a/config.json cannot be read: ENOENT',
    refuse: () =>
      modelFromFile('a/config.json', () => {
        throw new Error('ENOENT');
      }),
  },
  {
    id: 'NOT_AN_OPTION',
    property: 'model',
    text: "'model' is not an option; options start with --",
    faults: given('model'),
  },
  {
    id: 'NOT_A_PLAN',
    property: '--plan',
    text: 'a.json is neither a plan (gpu-inference plan --json, topology.plans) nor the model.json of an engine',
    refuse: () => deployedModels(['a.json'], () => '{"a": 1}', '--plan'),
  },
  {
    id: 'NOT_RULES',
    property: '--rules',
    text: "a.yml: it has no rules; they stand in 'groups', or in 'spec.groups' of a PrometheusRule",
    refuse: () =>
      checkRules(
        new Arguments(COMMANDS['check-rules'].options, ['--rules', 'a.yml', '--targets', 'chat=vllm@0.24.0']),
        () => 'replicas: 1',
      ),
  },
  {
    id: 'OPTION_NEEDS_VALUE',
    property: '--instance',
    text: '--instance needs a value: EC2 instance type (list: gpu-inference instances)',
    faults: given('--instance --json'),
  },
  {
    id: 'OPTION_TAKES_NO_VALUE',
    property: '--json',
    text: "--json takes no value; got 'no'",
    faults: given('--json=no'),
  },
];
