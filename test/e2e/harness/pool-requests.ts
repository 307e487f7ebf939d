import { Exchange, Value } from './exchange';
import { RecordingProxy } from './proxy';
import { child, parseXml, textOf } from './xml';

/** What the provider sent to make one managed node group. */
export interface PoolRequest {
  /** Body of CreateNodegroup. */
  readonly nodeGroup: Value;
  /** LaunchTemplateData of the CreateLaunchTemplate whose id the node group names. */
  readonly launchTemplate: Value;
  /** Names of all security groups that were made, by id. */
  readonly groupNames: ReadonlyMap<string, string>;
}

/** The requests for each managed node group, by its name, joined by the ids that AWS answered with. */
export function poolRequests(proxy: RecordingProxy): ReadonlyMap<string, PoolRequest> {
  const templates = new Map(
    done(proxy, 'CreateLaunchTemplate').map((it) => [
      textOf(child(parseXml(it.answer), 'launchTemplate'), 'launchTemplateId') as string,
      it.sent.LaunchTemplateData as Value,
    ]),
  );
  const groupNames = new Map(
    done(proxy, 'CreateSecurityGroup').map((it) => [
      textOf(parseXml(it.answer), 'groupId') as string,
      it.sent.GroupName as string,
    ]),
  );
  return new Map(
    proxy.exchanges
      .filter((it) => it.status < 300 && /^POST \/clusters\/[^/]+\/node-groups$/.test(it.action))
      .map(({ sent }) => [
        (sent.labels['gpu-inference-constructs/pool'] as string | undefined) ?? 'system',
        { nodeGroup: sent, launchTemplate: templates.get(sent.launchTemplate.id), groupNames },
      ]),
  );
}

/** The interfaces of a launch template as `card/device=type` words. */
export function interfaceWords({ launchTemplate }: PoolRequest): string[] {
  const interfaces = (launchTemplate.NetworkInterface ?? []) as Value[];
  return interfaces.map((it) => `${it.NetworkCardIndex}/${it.DeviceIndex}=${it.InterfaceType}`);
}

function done(proxy: RecordingProxy, action: string): Exchange[] {
  return proxy.exchanges.filter((it) => it.status < 300 && it.action === action);
}
