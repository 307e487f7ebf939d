import { TerraformStack } from 'cdktf';
import { IModelStore } from '../../../lib/core/model-store';
import {
  ModelRelease,
  ModelReleaseProps,
  ModelRollout,
  ModelRolloutProps,
  ModelSync,
  ModelSyncProps,
} from '../../../lib/storage';
import { DataSize } from '../../../lib/units';
import { TestStore } from '../../serving/support/fixtures';
import { Synthesized, synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';

/** Public keys of pairs whose private keys nobody has. */
export const KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAECz+qHdOQ9a8ZFDxWah7H+z1ppaxkc9AYDsTQPYlZXE=
-----END PUBLIC KEY-----`;
export const NEXT_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAsONd4vlqBNnocXg4XU6QZ0LVDZv7B/CQNq7kxv4TYVc=
-----END PUBLIC KEY-----`;

type Some<T> = { readonly [property in keyof T]?: unknown };

export function sync(stack: TerraformStack, props: Some<ModelSyncProps> = {}, id = 'Chat'): ModelSync {
  const base = {
    cluster: props.cluster ?? testCluster(stack),
    model: 'chat',
    site: 'berlin',
    keys: [{ publicKey: KEY }],
  };
  const modelStore = props.modelStore ?? new TestStore(stack, `Store-${id}`);
  return new ModelSync(stack, id, { ...base, modelSize: DataSize.gib(8), ...props, modelStore } as ModelSyncProps);
}

export function release(stack: TerraformStack, props: Some<ModelReleaseProps> = {}, id = 'Stable'): ModelRelease {
  const base = { cluster: props.cluster ?? testCluster(stack), model: 'chat', version: '3', number: 7 };
  const signingKeys = [{ name: 'release-key', key: 'private.pem' }];
  const modelStore: unknown = props.modelStore ?? new TestStore(stack, `Store-${id}`);
  return new ModelRelease(stack, id, {
    ...{ ...base, signingKeys, ...props },
    modelStore: modelStore as IModelStore,
  } as ModelReleaseProps);
}

export function rollout(stack: TerraformStack, props: Some<ModelRolloutProps> = {}, id = 'Rollout'): ModelRollout {
  const base = { cluster: props.cluster ?? testCluster(stack), model: 'chat', version: '3', number: 7 };
  const signingKeys = [{ name: 'release-key', key: 'private.pem' }];
  const rings = [
    { name: 'canary', sites: ['berlin'] },
    { name: 'rest', sites: ['rome', 'oslo'] },
  ];
  const hub = { url: 'http://prometheus.monitoring.svc:9090' };
  const modelStore: unknown = props.modelStore ?? new TestStore(stack, `Store-${id}`);
  return new ModelRollout(stack, id, {
    ...{ ...base, signingKeys, rings, hub, ...props },
    modelStore: modelStore as IModelStore,
  } as ModelRolloutProps);
}

export const synced = (props: Some<ModelSyncProps> = {}): Synthesized => synthesize((stack) => void sync(stack, props));
export const released = (props: Some<ModelReleaseProps> = {}): Synthesized =>
  synthesize((stack) => void release(stack, props));
export const rolledOut = (props: Some<ModelRolloutProps> = {}): Synthesized =>
  synthesize((stack) => void rollout(stack, props));
