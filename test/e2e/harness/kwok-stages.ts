import { writeFileSync } from 'node:fs';
import { HELD } from './pods';

/** What kwok says of a node that is new, or was taken for dead. */
const STATUS = `{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
  message: {{ .message | Quote }}
  reason: {{ .reason | Quote }}
  status: {{ .status | Quote }}
  type: {{ .type | Quote }}
{{ end }}
addresses:
- address: {{ NodeIP | Quote }}
  type: InternalIP
- address: {{ NodeName | Quote }}
  type: Hostname
phase: Running
`;

/**
 * Writes what kwok does with nodes: those that are held stay what they are taken for. By itself it says of every node that it is ready, as soon as it is
 * taken for dead.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
export function writeNodeStage(file: string): string {
  const stage = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: 'node-is-ready' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Node' },
      selector: {
        matchExpressions: [
          { key: `.metadata.annotations["${HELD}"]`, operator: 'DoesNotExist' },
          {
            key: '.status.conditions.[] | select( .type == "Ready" ) | .status',
            operator: 'NotIn',
            values: ['True'],
          },
        ],
      },
      next: { statusTemplate: STATUS },
    },
  };
  writeFileSync(file, JSON.stringify(stage));
  return file;
}
