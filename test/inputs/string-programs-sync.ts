import { TerraformStack } from 'cdktf';
import { ModelReleaseProps, ModelRollout, ModelRolloutProps, ModelStore, ModelSyncProps } from '../../lib/storage';
import { Duration } from '../../lib/units';
import { CREDENTIALS, IDENTITY, identities } from '../storage/identity/support';
import { KEY, release, rollout, sync } from '../storage/sync/support';
import { ArgumentPrograms, StructPrograms } from './string-programs-compute';

/** With what goes together; text that is given takes the place of one of them. */
const HUB = { url: 'https://hub.example.test', username: 'rollouts', password: { name: 'hub', key: 'password' } };
/** A sync at a site that has a certificate. */
const readsBy = (given: object) => (stack: TerraformStack) => {
  const rolesAnywhere = { ...CREDENTIALS.rolesAnywhere, ...given };
  const modelStore = ModelStore.fromBucketName(stack, 'Imported', 'models', {
    credentials: { name: 'x', rolesAnywhere },
  });
  sync(stack, { modelStore });
};
const window = { start: '02:00', duration: Duration.hours(2) };

/** Programs that release models, keep sites at them and let them read. */
export const SYNC_STRUCTS: StructPrograms = {
  SiteIdentitiesProps: (given) => (stack) => void identities(stack, given),
  SiteIdentity: (given) => readsBy({ identity: { ...IDENTITY, ...given } }),
  RolesAnywhereCredentials: (given) => readsBy(given),
  ModelSyncProps: (given) => (stack) => void sync(stack, given as Partial<ModelSyncProps>),
  ModelReleaseProps: (given) => (stack) => void release(stack, given as Partial<ModelReleaseProps>),
  ModelRolloutProps: (given) => (stack) => void rollout(stack, given as Partial<ModelRolloutProps>),
  RolloutRing: (given) => (stack) => void rollout(stack, { rings: [{ name: 'canary', sites: ['berlin'], ...given }] }),
  RolloutHub: (given) => (stack) => void rollout(stack, { hub: { ...HUB, ...given } }),
  MaintenanceWindow: (given) => (stack) => void sync(stack, { windows: [{ ...window, ...given }] }),
  ReleaseKey: (given) => (stack) => void sync(stack, { keys: [{ publicKey: KEY, ...given }] }),
  SyncProbe: (given) => (stack) => void sync(stack, { probe: { url: 'http://chat:8000/health', ...given } }),
};

/** The same for the ids of constructs. */
export const SYNC_ARGUMENTS: ArgumentPrograms = {
  'ModelSync.new(id)': (id) => (stack) => void sync(stack, { name: 'chat' }, id as string),
  'ModelRollout.new(id)': (id) => (stack) => void rollout(stack, { name: 'chat' }, id as string),
  'ModelRollout.channelOf(ring)': (ring) => (stack) =>
    void sync(stack, { channel: ModelRollout.channelOf(ring as string) }),
  'ModelRollout.channelOf(channel)': (channel) => (stack) =>
    void sync(stack, { channel: ModelRollout.channelOf('canary', channel as string) }),
  'SiteIdentities.new(id)': (id) => (stack) => void identities(stack, {}, id as string),
  'ModelRelease.new(id)': (id) => (stack) => void release(stack, { name: 'chat' }, id as string),
};
