import { ModelReleaseProps, ModelSyncProps } from '../../lib/storage';
import { Duration } from '../../lib/units';
import { KEY, release, sync } from '../storage/sync/support';
import { ArgumentPrograms, StructPrograms } from './string-programs-compute';

const window = { start: '02:00', duration: Duration.hours(2) };

/** Programs that release models and keep sites at them. */
export const SYNC_STRUCTS: StructPrograms = {
  ModelSyncProps: (given) => (stack) => void sync(stack, given as Partial<ModelSyncProps>),
  ModelReleaseProps: (given) => (stack) => void release(stack, given as Partial<ModelReleaseProps>),
  MaintenanceWindow: (given) => (stack) => void sync(stack, { windows: [{ ...window, ...given }] }),
  ReleaseKey: (given) => (stack) => void sync(stack, { keys: [{ publicKey: KEY, ...given }] }),
  SyncProbe: (given) => (stack) => void sync(stack, { probe: { url: 'http://chat:8000/health', ...given } }),
};

/** The same for the ids of constructs. */
export const SYNC_ARGUMENTS: ArgumentPrograms = {
  'ModelSync.new(id)': (id) => (stack) => void sync(stack, { name: 'chat' }, id as string),
  'ModelRelease.new(id)': (id) => (stack) => void release(stack, { name: 'chat' }, id as string),
};
