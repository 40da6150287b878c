import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { contextOf } from '../operation.ts';
import { answerAlerts, answerMachines, withEvidence } from './answers.ts';
import { lookUpFile } from './look-up.ts';
import { toStats } from './stats.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { EntityContext } from './look-up.ts';
import type { Sighting } from './resource.ts';

/** By SHA-1 or SHA-256. */
export function getFile(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const hash = hashOf(call, [40, 64]);
  if (typeof hash !== 'string') return hash;
  const record = lookUpFile(context, hash, call.nowMs);
  if (!record) return fileNotFound(hash);
  return json(200, { '@odata.context': contextOf(call.exchange, 'Files/$entity'), ...record.file });
}

/** This and the next two take no other hash than SHA-1. */
export function fileStats(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const hash = hashOf(call, [40]);
  if (typeof hash !== 'string') return hash;
  const record = lookUpFile(context, hash, call.nowMs);
  if (!record) return fileNotFound(hash);
  const stats = toStats(call, record.sightings);
  if ('code' in stats) return stats;
  const { sha1, globalPrevalence, globalFirstObserved, globalLastObserved } = record.file;
  return json(200, {
    '@odata.context': contextOf(call.exchange, 'microsoft.windowsDefenderATP.api.InOrgFileStats'),
    ...{ sha1, ...stats, globallyPrevalence: globalPrevalence, globalFirstObserved, globalLastObserved },
    topFileNames: toTopNames(record.sightings),
  });
}

/** Empty when nobody knows the file. */
export function fileAlerts(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const hash = hashOf(call, [40]);
  if (typeof hash !== 'string') return hash;
  const file = lookUpFile(context, hash, call.nowMs)?.file;
  const sha256 = file?.sha256 ?? undefined;
  const isMeant = withEvidence(
    (item) => item.sha1?.toLowerCase() === hash || (sha256 !== undefined && item.sha256?.toLowerCase() === sha256),
  );
  return answerAlerts(call, context, isMeant);
}

export function fileMachines(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const hash = hashOf(call, [40]);
  if (typeof hash !== 'string') return hash;
  return answerMachines(call, context, lookUpFile(context, hash, call.nowMs)?.sightings ?? []);
}

function hashOf({ parameters }: DefenderCall, lengths: readonly number[]): string | DefenderError {
  const { hash = '' } = parameters;
  const isHash = lengths.includes(hash.length) && /^[0-9a-f]+$/i.test(hash);
  return isHash ? hash.toLowerCase() : defenderError('InvalidHashValue', `Hash value ${hash} is invalid`);
}

function fileNotFound(hash: string): DefenderError {
  return defenderError('ResourceNotFound', `File ${hash} was not found`);
}

/** The name on most machines first. */
function toTopNames(sightings: readonly Sighting[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { fileName } of sightings) if (fileName !== null) counts.set(fileName, (counts.get(fileName) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}
