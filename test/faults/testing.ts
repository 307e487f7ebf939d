import { SynthesizedStack } from '../../lib/testing/synthesized-stack';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

/** The sentences of faults of the helpers for tests. */
export const TEXTS: FaultText[] = [
  {
    id: 'NOT_ONE_RESOURCE',
    text: 'expected one resource of type aws_vpc, found 0; there are: none',
    refuse: () => SynthesizedStack.of(testStack()).only('aws_vpc'),
  },
  {
    id: 'OTHER_VALIDATION',
    text: 'no model',
    faults: () => {
      const stack = testStack();
      stack.node.addValidation({ validate: () => ['no model'] });
      return SynthesizedStack.faultsOf(stack);
    },
  },
];
