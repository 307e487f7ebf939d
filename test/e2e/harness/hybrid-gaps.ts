import { createHash } from 'node:crypto';
import { Exchange, Value } from './exchange';
import { Gap, Memory, eksGap } from './gap';

const ACCOUNT = '000000000000';

/** Everything of these is in `answer`. */
const NOTHING_ELSE = {
  remember(_exchange: Exchange, _memory: Memory): void {},
  restore: (_exchange: Exchange, _memory: Memory) => 0,
};

/** What nodes outside AWS need of it and the emulator does not have. Answers have the forms of the API reference of each service. */
export const HYBRID_GAPS: readonly Gap[] = [
  eksGap({ id: 'cluster: remote networks', resource: 'cluster', field: 'remoteNetworkConfig' }),
  hybridEntries(),
  rolesAnywhere('Roles Anywhere: trust anchors', 'trustAnchor', 'trust-anchor'),
  rolesAnywhere('Roles Anywhere: profiles', 'profile', 'profile'),
  activations(),
];

/**
 * Access entries of nodes outside AWS: the emulator has those of EC2 alone.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
 */
function hybridEntries(): Gap {
  const type = 'HYBRID_LINUX';
  const keyOf = (entry: Value) => `${entry.clusterName as string} ${entry.principalArn as string}`;
  return {
    id: 'access entry: of nodes outside AWS',
    instead: ({ service, method, sent }) =>
      service === 'eks' && method === 'POST' && sent?.type === type ? { ...sent, type: 'EC2_LINUX' } : undefined,
    remember({ service, method, sent, answer }, memory) {
      if (service !== 'eks' || method !== 'POST' || sent?.type !== type) return;
      memory.set(keyOf(JSON.parse(answer).accessEntry), sent);
    },
    restore(exchange, memory) {
      if (exchange.service !== 'eks' || !exchange.answer.startsWith('{')) return 0;
      const body = JSON.parse(exchange.answer);
      if (!body.accessEntry || !memory.has(keyOf(body.accessEntry))) return 0;
      body.accessEntry.type = type;
      exchange.answer = JSON.stringify(body);
      return 1;
    },
  };
}

/**
 * A kind of resource of Roles Anywhere.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_UpdateProfile.html
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableProfile.html
 */
function rolesAnywhere(id: string, kind: 'trustAnchor' | 'profile', ofArn: string): Gap {
  const path = `/${kind.toLowerCase()}`;
  const arnOf = (region: string, key: string) => `arn:aws:rolesanywhere:${region}:${ACCOUNT}:${ofArn}/${key}`;
  const described = ({ region }: Exchange, key: string, { tags: _tags, ...sent }: Value): Value => ({
    [kind]: { ...sent, [`${kind}Id`]: key, [`${kind}Arn`]: arnOf(region, key) },
  });
  return {
    id,
    answer(exchange, memory) {
      const { service, method, path: asked, query, sent } = exchange;
      if (service !== 'rolesanywhere') return undefined;
      if (method === 'POST' && asked === `${path}s`) {
        const key = uuid(sent.name as string);
        memory.set(key, sent);
        return described(exchange, key, sent);
      }
      if (method === 'GET' && asked === '/ListTagsForResource') {
        const key = new URLSearchParams(query).get('resourceArn')?.split(`:${ofArn}/`)[1] ?? '';
        return memory.has(key) ? { tags: memory.get(key).tags ?? [] } : undefined;
      }
      const [key, change] = asked.startsWith(`${path}/`) ? asked.slice(path.length + 1).split('/') : [''];
      const kept = memory.get(key);
      if (kept === undefined) return undefined;
      const isChange = method === 'POST' && (change === 'enable' || change === 'disable');
      if (isChange) memory.set(key, { ...kept, enabled: change === 'enable' });
      else if (method === 'PATCH') memory.set(key, { ...kept, ...sent });
      else if (!['GET', 'DELETE'].includes(method)) return undefined;
      const answer = described(exchange, key, memory.get(key));
      if (method === 'DELETE') memory.delete(key);
      return answer;
    },
    ...NOTHING_ELSE,
  };
}

/**
 * Activations of Systems Manager.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeActivations.html
 */
function activations(): Gap {
  return {
    id: 'Systems Manager: activations',
    answer({ service, action, sent }, memory) {
      if (service !== 'ssm') return undefined;
      if (action === 'CreateActivation') {
        const key = uuid(sent.IamRole as string);
        memory.set(key, sent);
        return { ActivationId: key, ActivationCode: 'a-code-of-twenty-char' };
      }
      if (action === 'DescribeActivations') return { ActivationList: [...memory].map(activation) };
      if (action === 'DeleteActivation' && memory.delete(sent.ActivationId as string)) return {};
      return undefined;
    },
    ...NOTHING_ELSE,
  };
}

function activation([ActivationId, sent]: [string, Value]): Value {
  const counted = { ExpirationDate: sent.ExpirationDate, Expired: false, RegistrationsCount: 0 };
  return { RegistrationLimit: 1, ...sent, ...counted, ActivationId };
}

/** The same for the same name, so that a run can be read beside another. */
function uuid(name: string): string {
  return `00000000-0000-4000-8000-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
