import type { ActionRequest } from '../../../shared/contract/action.ts';
import { parseDurationMs } from '../../../shared/contract/primitives.ts';
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

/** Whether what a request does would last as long as what is released after `held` (an ISO 8601 duration), or never. */
export function isSameRelease(request: ActionRequest, held: string | undefined): boolean {
  const asked = releaseAfterOf(request);
  if (asked === undefined || held === undefined) return asked === held;
  return parseDurationMs(asked) === parseDurationMs(held);
}

/** After how long a request is to be undone by itself. */
export function releaseAfterOf(request: ActionRequest): string | undefined {
  return 'releaseAfter' in request ? request.releaseAfter : undefined;
}

/** Whether a machine action surely does something else than a request asks for. */
export function isOtherOrder(request: ActionRequest, { type, scope }: DefenderMachineAction): boolean {
  if (type !== request.action) return true;
  if (scope === undefined) return false;
  if (request.action === 'Isolate') return scope !== request.isolationType;
  return request.action === 'RunAntiVirusScan' && scope !== request.scanType;
}

/** Whether a quarantine may be of this file: what it does not tell by SHA-1 may be any. */
export function isSameFile({ relatedFileInfo }: DefenderMachineAction, sha1: string | undefined): boolean {
  const { fileIdentifier, fileIdentifierType = 'Sha1' } = relatedFileInfo ?? {};
  if (fileIdentifier === undefined || fileIdentifierType !== 'Sha1') return true;
  return fileIdentifier.toLowerCase() === sha1?.toLowerCase();
}
