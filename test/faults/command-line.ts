import { Arguments } from '../../lib/command-line/arguments';
import { modelFromFile } from '../../lib/command-line/model-file';
import { COMMANDS } from '../../lib/command-line/options';
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
