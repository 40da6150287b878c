import { ticksPerMs, toTicks } from '../../../shared/ticks.ts';
import { toFileName } from './evidence-values.ts';
import type { EvidenceOf } from './evidence-values.ts';
import { quoteKql, toKqlTime } from './quote-kql.ts';

/** The columns that tell of a process: its own in `DeviceProcessEvents`, those of who acted in every table. */
export interface ProcessColumns {
  readonly id: string;
  readonly fileName: string;
  readonly commandLine: string;
  readonly creationTime: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** A process that was started. */
export const startedProcess: ProcessColumns = {
  ...{ id: 'ProcessId', fileName: 'FileName', commandLine: 'ProcessCommandLine' },
  ...{ creationTime: 'ProcessCreationTime', sha1: 'SHA1', sha256: 'SHA256' },
};

/** The process that did what the event tells of. */
export const actingProcess: ProcessColumns = {
  ...{ id: 'InitiatingProcessId', fileName: 'InitiatingProcessFileName' },
  ...{ commandLine: 'InitiatingProcessCommandLine', creationTime: 'InitiatingProcessCreationTime' },
  ...{ sha1: 'InitiatingProcessSHA1', sha256: 'InitiatingProcessSHA256' },
};

/** Longer command lines are cut by who reports them, on either side. */
const maxCommandLine = 1024;
/** Products round the time of creation. */
const creationSlack = 1_000n * ticksPerMs;

/**
 * Whether a row's process is the one meant. Ids are used again, so everything given must fit; the command line is asked for
 * only where the rest would be too little, because products quote it in their own ways. `undefined`: nothing to tell it by.
 */
export function toProcessCondition(process: EvidenceOf<'Process'>, columns: ProcessColumns): string | undefined {
  const { processId, processCommandLine, fileName, processCreationTime, sha1, sha256 } = process;
  const commandLine =
    processCommandLine === undefined || processCommandLine.length > maxCommandLine
      ? []
      : [equals(columns.commandLine, processCommandLine)];
  const name = fileName === undefined ? [] : [equals(columns.fileName, toFileName(fileName))];
  const created = processCreationTime === undefined ? [] : toCreation(columns.creationTime, processCreationTime);
  if (processId !== undefined) {
    const more = [...name, ...created];
    return all([`${columns.id} == ${processId}`, ...(more.length > 0 ? more : commandLine)]);
  }
  if (commandLine.length > 0) return all([...commandLine, ...name]);
  const hashes = [
    ...(sha1 === undefined ? [] : [equals(columns.sha1, sha1)]),
    ...(sha256 === undefined ? [] : [equals(columns.sha256, sha256)]),
  ];
  return hashes.length > 0 ? `(${hashes.join(' or ')})` : undefined;
}

function toCreation(column: string, time: string): readonly string[] {
  const ticks = toTicks(time);
  if (ticks === undefined) return [];
  return [`${column} between (${toKqlTime(ticks - creationSlack)} .. ${toKqlTime(ticks + creationSlack)})`];
}

function equals(column: string, text: string): string {
  return `${column} =~ ${quoteKql(text)}`;
}

function all(conditions: readonly string[]): string {
  return `(${conditions.join(' and ')})`;
}
