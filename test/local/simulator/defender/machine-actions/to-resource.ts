import { toTime } from '../time.ts';
import { statusAt } from './course.ts';
import { commandsAt } from './to-commands.ts';
import type { ActionRecord } from './record.ts';
import type { MachineActionResource } from './resource.ts';

/** An action as the API returns it at a moment. */
export function toResource(record: ActionRecord, nowMs: number): MachineActionResource {
  const status = statusAt(record.course, nowMs);
  const { id, type, requestor, requestSource, scope, machineId, computerDnsName, sha1 } = record;
  const cancellation = record.cancellation && record.cancellation.atMs <= nowMs ? record.cancellation : null;
  return {
    ...{ id, type, title: null, requestor, requestSource, requestorComment: record.comment, status, scope },
    ...{ machineId, computerDnsName, creationDateTimeUtc: toTime(record.createdMs) },
    lastUpdateDateTimeUtc: toTime(lastUpdateMs(record, nowMs)),
    cancellationRequestor: cancellation?.requestor ?? null,
    cancellationComment: cancellation?.comment ?? null,
    cancellationDateTimeUtc: cancellation ? toTime(cancellation.atMs) : null,
    errorHResult: status === 'Failed' ? (record.outcome.errorHResult ?? 0) : 0,
    externalId: null,
    relatedFileInfo: sha1 === null ? null : { fileIdentifier: sha1, fileIdentifierType: 'Sha1' },
    commands: commandsAt(record, nowMs),
    troubleshootInfo: null,
  };
}

function lastUpdateMs({ createdMs, course, cancellation }: ActionRecord, nowMs: number): number {
  const { startsMs, endsMs } = course;
  const changes = [createdMs, startsMs < endsMs ? startsMs : createdMs, cancellation?.atMs ?? createdMs, endsMs];
  return Math.max(...changes.filter((atMs) => atMs <= nowMs), createdMs);
}
