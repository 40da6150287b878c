import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import { operationIdIn } from '../../../shared/operation-mark.ts';

/**
 * The operation of ours that a machine action was asked for by: the one whose mark its comment ends in. Marks are copied; who did
 * that is told by name, where Defender gives one. `clientId`: our application's, by which Defender names us.
 */
export function ourOperationOf(
  clientId: string,
  { requestor = '', requestorComment }: Pick<DefenderMachineAction, 'requestor' | 'requestorComment'>,
): string | undefined {
  const isOthers = nameOfRequestor.test(requestor) && requestor.toLowerCase() !== clientId.toLowerCase();
  return isOthers ? undefined : operationIdIn(requestorComment);
}

/** A person's user principal name, or the id of an application. */
const nameOfRequestor = /@|^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
