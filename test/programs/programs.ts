import { App, TerraformStack } from 'cdktf';
import { ExistingEks } from '../../examples/existing-eks/stack';
import { MonitoringExistingPrometheus } from '../../examples/monitoring-existing-prometheus/stack';
import { companyWrapper } from './company-wrapper';
import { existingInfrastructure } from './existing-infrastructure';
import { migration } from './migration';
import { mixedSpot } from './mixed-spot';
import { oneStatement } from './one-statement';
import { ownPods } from './own-pods';
import { twoAccounts } from './two-accounts';

/** A program as somebody who has just read the README writes it. */
export interface FirstProgram {
  readonly name: string;
  readonly file: string;
  /** Its stacks, in the order in which they are applied. */
  readonly stacks: (app: App) => TerraformStack[];
  /** Models whose weights somebody puts into the store by hand, of which it warns. @default - none */
  readonly filledByHand?: readonly string[];
}

export const PROGRAMS: readonly FirstProgram[] = [
  { name: 'one statement', file: 'one-statement.ts', stacks: oneStatement, filledByHand: ['support-8b/1'] },
  {
    name: 'existing VPC, cluster, bucket and namespaces',
    file: 'existing-infrastructure.ts',
    stacks: existingInfrastructure,
  },
  {
    name: 'examples/existing-eks',
    file: '../../examples/existing-eks/stack.ts',
    stacks: (app) => [new ExistingEks(app).stack],
  },
  {
    name: 'examples/monitoring-existing-prometheus',
    file: '../../examples/monitoring-existing-prometheus/stack.ts',
    stacks: (app) => [new MonitoringExistingPrometheus(app).stack],
  },
  {
    name: 'two regions and two accounts',
    file: 'two-accounts.ts',
    stacks: twoAccounts,
    // Once for each of its deployments.
    filledByHand: ['llama-3.1-8b/1', 'llama-3.1-8b/1'],
  },
  { name: "a company's wrapper", file: 'company-wrapper.ts', stacks: companyWrapper, filledByHand: ['chat/1'] },
  {
    name: 'small ONNX models beside an 8B on spot nodes from zero',
    file: 'mixed-spot.ts',
    stacks: mixedSpot,
    filledByHand: ['chat/1', 'clicks/1', 'returns/1'],
  },
  { name: 'pods with what a company asks of all', file: 'own-pods.ts', stacks: ownPods },
  ...(['existing', 'beside', 'moved', 'done'] as const).map((step) => ({
    name: `migration of plain node groups: ${step}`,
    file: 'migration.ts',
    stacks: (app: App) => migration(app, step),
  })),
];
