import { toEvidence } from './resource.ts';
import type { EventRow } from '../../events/store.ts';
import type { AlertEvidence } from './resource.ts';

/** The entities that an event names, as far as the columns of its table tell. */
export function toEventEvidence(event: EventRow, evidenceCreationTime: string): readonly AlertEvidence[] {
  const text = (column: string): string | null => {
    const value = event[column];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = (column: string): number | null => {
    const value = event[column];
    return typeof value === 'number' ? value : null;
  };
  const file = { sha1: text('SHA1'), sha256: text('SHA256'), fileName: text('FileName'), filePath: text('FolderPath') };
  const process = {
    processId: number('ProcessId'),
    processCommandLine: text('ProcessCommandLine'),
    processCreationTime: text('ProcessCreationTime'),
    parentProcessId: number('InitiatingProcessId'),
    parentProcessCreationTime: text('InitiatingProcessCreationTime'),
    parentProcessFileName: text('InitiatingProcessFileName'),
    parentProcessFilePath: text('InitiatingProcessFolderPath'),
  };
  const user = {
    accountName: text('AccountName') ?? text('InitiatingProcessAccountName'),
    domainName: text('AccountDomain') ?? text('InitiatingProcessAccountDomain'),
    userSid: text('AccountSid') ?? text('InitiatingProcessAccountSid'),
    aadUserId: text('AccountObjectId') ?? text('InitiatingProcessAccountObjectId'),
    userPrincipalName: text('AccountUpn') ?? text('InitiatingProcessAccountUpn'),
  };
  const item = (entityType: string, found: Partial<AlertEvidence>): readonly AlertEvidence[] =>
    Object.values(found).some((value) => value !== null)
      ? [toEvidence({ entityType, evidenceCreationTime, ...found })]
      : [];
  return [
    ...item('User', user).map((one) => ({ ...one, detectionStatus: null })),
    ...(process.processId === null ? item('File', file) : item('Process', { ...file, ...process })),
    ...item('Ip', { ipAddress: text('RemoteIP') }),
    ...item('Url', { url: text('RemoteUrl') }),
  ];
}
