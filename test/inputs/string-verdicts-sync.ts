/** Verdicts on the text of releases and syncs: see string-verdicts.ts. */
export const SYNC_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'MaintenanceWindow.start': [
    'refused INVALID_FORMAT windows[0].start | refused VALUE_NOT_CONCRETE windows[0] | refused VALUE_NOT_CONCRETE windows[0]',
  ],
  'MaintenanceWindow.timeZone': [
    'refused INVALID_FORMAT windows[0].timeZone | refused VALUE_NOT_CONCRETE windows[0] | refused VALUE_NOT_CONCRETE windows[0]',
  ],
  'ModelRelease.new(id)': ['text'],
  'ModelReleaseProps.model': [
    'refused INVALID_NAME model | refused VALUE_NOT_CONCRETE model | refused VALUE_NOT_CONCRETE model',
  ],
  'ModelReleaseProps.version': [
    'refused INVALID_NAME version | refused VALUE_NOT_CONCRETE version | refused VALUE_NOT_CONCRETE version',
  ],
  'ModelReleaseProps.channel': [
    'refused INVALID_NAME channel | refused VALUE_NOT_CONCRETE channel | refused VALUE_NOT_CONCRETE channel',
  ],
  'ModelReleaseProps.variant': [
    'refused INVALID_NAME variant | refused VALUE_NOT_CONCRETE variant | refused VALUE_NOT_CONCRETE variant',
  ],
  'ModelReleaseProps.sites': [
    'refused INVALID_NAME sites[0] | refused VALUE_NOT_CONCRETE sites | refused VALUE_NOT_CONCRETE sites',
  ],
  'ModelReleaseProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelReleaseProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ModelReleaseProps.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ModelReleaseProps.pythonImage': ['refused INVALID_FORMAT pythonImage | reference | reference'],
  'ModelReleaseProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'ModelRolloutProps.model': [
    'refused INVALID_NAME model | refused VALUE_NOT_CONCRETE model | refused VALUE_NOT_CONCRETE model',
  ],
  'ModelRolloutProps.version': [
    'refused INVALID_NAME version | refused VALUE_NOT_CONCRETE version | refused VALUE_NOT_CONCRETE version',
  ],
  'ModelRolloutProps.channel': [
    'refused INVALID_NAME channel | refused VALUE_NOT_CONCRETE channel | refused VALUE_NOT_CONCRETE channel',
  ],
  'ModelRolloutProps.variant': [
    'refused INVALID_NAME variant | refused VALUE_NOT_CONCRETE variant | refused VALUE_NOT_CONCRETE variant',
  ],
  'ModelRolloutProps.alerts': [
    'refused UNKNOWN_VALUE alerts | refused VALUE_NOT_CONCRETE alerts | refused VALUE_NOT_CONCRETE alerts',
  ],
  'ModelRolloutProps.customAlerts': [
    'refused INVALID_NAME customAlerts[0] | refused VALUE_NOT_CONCRETE customAlerts | refused VALUE_NOT_CONCRETE customAlerts',
  ],
  'ModelRolloutProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelRolloutProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ModelRolloutProps.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ModelRolloutProps.pythonImage': ['refused INVALID_FORMAT pythonImage | reference | reference'],
  'ModelRolloutProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'RolloutHub.url': [
    'refused INVALID_FORMAT hub.url | refused VALUE_NOT_CONCRETE hub.url | refused VALUE_NOT_CONCRETE hub.url',
  ],
  'RolloutHub.siteLabel': [
    'refused INVALID_NAME hub.siteLabel | refused VALUE_NOT_CONCRETE hub.siteLabel | refused VALUE_NOT_CONCRETE hub.siteLabel',
  ],
  'RolloutHub.username': ['text | refused VALUE_NOT_CONCRETE hub.username | refused VALUE_NOT_CONCRETE hub.username'],
  'RolloutRing.name': [
    'refused INVALID_NAME rings[0].name | refused VALUE_NOT_CONCRETE rings[0].name | refused VALUE_NOT_CONCRETE rings[0].name',
  ],
  'RolloutRing.sites': [
    'refused INVALID_NAME rings[0].sites[0] | refused VALUE_NOT_CONCRETE rings[0].sites | refused VALUE_NOT_CONCRETE rings[0].sites',
  ],
  'ModelRollout.new(id)': ['text'],
  'ModelRollout.channelOf(ring)': [
    'refused INVALID_NAME channel | refused VALUE_NOT_CONCRETE channel | refused VALUE_NOT_CONCRETE channel',
  ],
  'ModelRollout.channelOf(channel)': [
    'refused INVALID_NAME channel | refused VALUE_NOT_CONCRETE channel | refused VALUE_NOT_CONCRETE channel',
  ],
  'RolesAnywhereCredentials.image': ['refused INVALID_FORMAT credentials.rolesAnywhere.image | reference | reference'],
  'SiteIdentity.trustAnchorArn': [
    'refused INVALID_FORMAT credentials.rolesAnywhere.identity.trustAnchorArn | reference | reference',
  ],
  'SiteIdentity.profileArn': [
    'refused INVALID_FORMAT credentials.rolesAnywhere.identity.profileArn | reference | reference',
  ],
  'SiteIdentity.roleArn': ['refused INVALID_FORMAT credentials.rolesAnywhere.identity.roleArn | reference | reference'],
  'SiteIdentities.new(id)': ['text'],
  'SiteIdentitiesProps.sites': [
    'refused INVALID_NAME sites[0] | refused VALUE_NOT_CONCRETE sites[0] | refused VALUE_NOT_CONCRETE sites[0]',
  ],
  'SiteIdentitiesProps.models': ['refused INVALID_NAME models[0] | reference | reference'],
  'SiteIdentitiesProps.certificateAuthority': ['refused INVALID_FORMAT certificateAuthority | reference | reference'],
  'SiteIdentitiesProps.trustAnchorArn': ['refused INVALID_FORMAT trustAnchorArn | reference | reference'],
  'SiteIdentitiesProps.organizationalUnit': ['refused INVALID_FORMAT organizationalUnit | reference | reference'],
  'SiteIdentitiesProps.commonNames': [
    "refused UNKNOWN_VALUE commonNames['k'], INVALID_FORMAT commonNames['k'] | refused VALUE_NOT_CONCRETE commonNames | refused VALUE_NOT_CONCRETE commonNames",
    'refused UNKNOWN_VALUE commonNames[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE commonNames | refused VALUE_NOT_CONCRETE commonNames',
  ],
  'SiteIdentitiesProps.revoked': [
    'refused UNKNOWN_VALUE revoked[0] | refused VALUE_NOT_CONCRETE revoked | refused VALUE_NOT_CONCRETE revoked',
  ],
  'SiteIdentitiesProps.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'ModelSync.new(id)': ['text'],
  'SyncProbe.url': [
    'refused INVALID_FORMAT probe.url | refused VALUE_NOT_CONCRETE probe | refused VALUE_NOT_CONCRETE probe',
  ],
  'SyncProbe.contains': ['text | refused VALUE_NOT_CONCRETE probe | refused VALUE_NOT_CONCRETE probe'],
  'ModelSyncProps.model': [
    'refused INVALID_NAME model | refused VALUE_NOT_CONCRETE model | refused VALUE_NOT_CONCRETE model',
  ],
  'ModelSyncProps.site': [
    'refused INVALID_NAME site | refused VALUE_NOT_CONCRETE site | refused VALUE_NOT_CONCRETE site',
  ],
  'ModelSyncProps.channel': [
    'refused INVALID_NAME channel | refused VALUE_NOT_CONCRETE channel | refused VALUE_NOT_CONCRETE channel',
  ],
  'ModelSyncProps.variant': [
    'refused INVALID_NAME variant | refused VALUE_NOT_CONCRETE variant | refused VALUE_NOT_CONCRETE variant',
  ],
  'ModelSyncProps.claimName': ['refused INVALID_NAME claimName | reference | reference'],
  'ModelSyncProps.storageClassName': ['refused INVALID_NAME storageClassName | reference | reference'],
  'ModelSyncProps.servers': [
    'refused INVALID_NAME servers[0] | refused VALUE_NOT_CONCRETE servers | refused VALUE_NOT_CONCRETE servers',
  ],
  'ModelSyncProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelSyncProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ModelSyncProps.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ModelSyncProps.pythonImage': ['refused INVALID_FORMAT pythonImage | reference | reference'],
  'ModelSyncProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'ModelSyncProps.podLabels': [
    "refused INVALID_FORMAT podLabels['k'] | reference | reference",
    'refused INVALID_FORMAT podLabels[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'ModelSyncProps.podAnnotations': [
    'text | reference | reference',
    'refused INVALID_FORMAT podAnnotations[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'ReleaseKey.publicKey': [
    'refused INVALID_FORMAT keys[0].publicKey | refused VALUE_NOT_CONCRETE keys[0].publicKey | refused VALUE_NOT_CONCRETE keys[0].publicKey',
  ],
};
