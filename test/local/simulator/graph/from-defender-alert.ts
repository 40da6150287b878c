import { toEvidence, webUrls } from './alert-resource.ts';
import { toGraphDetermination, toGraphName, toGraphSource } from './alert-names.ts';
import type { AlertEvidence, AlertResource } from '../defender/alerts/resource.ts';
import type { MachineResource } from '../defender/machines/resource.ts';
import type { GraphAlert, GraphEvidence } from './alert-resource.ts';

/** The same alert, as Graph shows it. */
export function fromDefenderAlert(alert: AlertResource, machine: MachineResource | undefined): GraphAlert {
  const { id, aadTenantId: tenantId } = alert;
  const incidentId = alert.incidentId === null ? null : String(alert.incidentId);
  return {
    ...{ id, providerAlertId: id, incidentId, tenantId, ...webUrls(tenantId, id, incidentId) },
    ...{ status: toGraphName(alert.status), severity: toGraphName(alert.severity) },
    ...{ classification: toGraphName(alert.classification), determination: toGraphDetermination(alert.determination) },
    ...{ serviceSource: 'microsoftDefenderForEndpoint', detectionSource: toGraphSource(alert.detectionSource) },
    ...{ detectorId: alert.detectorId, title: alert.title, description: alert.description },
    ...{ recommendedActions: alert.recommendedAction, category: alert.category, assignedTo: alert.assignedTo },
    ...{ actorDisplayName: null, threatDisplayName: alert.threatName, threatFamilyName: alert.threatFamilyName },
    ...{ mitreTechniques: alert.mitreTechniques, createdDateTime: alert.alertCreationTime },
    ...{ lastUpdateDateTime: alert.lastUpdateTime, resolvedDateTime: alert.resolvedTime },
    ...{ firstActivityDateTime: alert.firstEventTime, lastActivityDateTime: alert.lastEventTime },
    comments: alert.comments.map(({ comment, createdBy, createdTime }) => ({
      ...{ comment, createdByDisplayName: createdBy, createdDateTime: createdTime },
    })),
    evidence: [toDevice(alert, machine), ...alert.evidence.map((item) => toItem(item, alert.machineId))],
    systemTags: [],
  };
}

function toDevice(alert: AlertResource, machine: MachineResource | undefined): GraphEvidence {
  return toEvidence('deviceEvidence', alert.alertCreationTime, {
    ...{ mdeDeviceId: alert.machineId, azureAdDeviceId: machine?.aadDeviceId ?? null },
    ...{ deviceDnsName: alert.computerDnsName ?? machine?.computerDnsName ?? null },
    ...{ osPlatform: machine?.osPlatform ?? null, osBuild: machine?.osBuild ?? null },
    ...{ version: machine?.version ?? null, firstSeenDateTime: machine?.firstSeen ?? null },
    ...{ healthStatus: machine ? toGraphName(machine.healthStatus) : 'unknown' },
    ...{ riskScore: toGraphName(machine?.riskScore ?? null), rbacGroupId: machine?.rbacGroupId ?? 0 },
    ...{ rbacGroupName: alert.rbacGroupName, onboardingStatus: toGraphName(machine?.onboardingStatus ?? null) },
    ...{ loggedOnUsers: alert.loggedOnUsers, tags: machine?.machineTags ?? [] },
  });
}

function toItem(item: AlertEvidence, mdeDeviceId: string): GraphEvidence {
  const at = item.evidenceCreationTime;
  const detectionStatus = item.detectionStatus === null ? null : toGraphName(item.detectionStatus);
  const file = { sha1: item.sha1, sha256: item.sha256, fileName: item.fileName, filePath: item.filePath };
  const { accountName, domainName, userSid, aadUserId: azureAdUserId, userPrincipalName } = item;
  switch (item.entityType) {
    case 'User':
      return toEvidence('userEvidence', at, {
        userAccount: { accountName, domainName, userSid, azureAdUserId, userPrincipalName },
      });
    case 'File':
      return toEvidence('fileEvidence', at, { detectionStatus, mdeDeviceId, fileDetails: file });
    case 'Process':
      return toEvidence('processEvidence', at, {
        ...{ detectionStatus, mdeDeviceId, imageFile: file, processId: item.processId },
        ...{ parentProcessId: item.parentProcessId, processCommandLine: item.processCommandLine },
        ...{ processCreationDateTime: item.processCreationTime },
        parentProcessImageFile: { fileName: item.parentProcessFileName, filePath: item.parentProcessFilePath },
      });
    case 'Ip':
      return toEvidence('ipEvidence', at, { ipAddress: item.ipAddress });
    case 'Url':
      return toEvidence('urlEvidence', at, { url: item.url });
    default:
      return toEvidence('registryKeyEvidence', at, { registryKey: item.registryKey, registryHive: item.registryHive });
  }
}
