import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import { toCommands } from '../call-bodies.ts';

/** Whether a machine action of the same kind does just what a request asks for. */
export function isSameOrder(request: ActionRequest, action: DefenderMachineAction, sha1: string | undefined): boolean {
  switch (request.action) {
    case 'Isolate':
      return action.scope === request.isolationType;
    case 'RunAntiVirusScan':
      return action.scope === request.scanType;
    case 'LiveResponse': {
      const commands = action.commands.toSorted((a, b) => a.index - b.index).map(({ command }) => command);
      return JSON.stringify(toCommands(request.commands)) === JSON.stringify(commands);
    }
    case 'StopAndQuarantineFile':
      return action.relatedFileInfo?.fileIdentifier?.toLowerCase() === sha1?.toLowerCase();
    default:
      return true;
  }
}

/** Whether a quarantine may be of this file: what it does not tell by SHA-1 may be any. */
export function isSameFile({ relatedFileInfo }: DefenderMachineAction, sha1: string | undefined): boolean {
  const { fileIdentifier, fileIdentifierType = 'Sha1' } = relatedFileInfo ?? {};
  if (fileIdentifier === undefined || fileIdentifierType !== 'Sha1') return true;
  return fileIdentifier.toLowerCase() === sha1?.toLowerCase();
}
