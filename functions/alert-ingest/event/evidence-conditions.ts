import type { Evidence } from '../../../shared/contract/evidence.ts';
import { evidenceOf, toAddressSpellings, toUrlSpellings } from './evidence-values.ts';
import type { EvidenceOf, UrlSpellings } from './evidence-values.ts';
import { eventTables } from './event-tables.ts';
import type { EventTable } from './event-tables.ts';
import { actingProcess, startedProcess, toProcessCondition } from './process-condition.ts';
import { isIn, quoteKql } from './quote-kql.ts';
import { toUserConditions } from './user-condition.ts';

/** How much an event has to do with an alert, most first. */
export const matchRanks = { Evidence: 1, Process: 2, User: 3, Nearest: 4 } as const;
export type Match = keyof typeof matchRanks;

/** Which rows of a table fit, and how. */
export interface EvidenceCondition {
  readonly table: EventTable;
  readonly match: Match;
  readonly where: string;
}

/**
 * What rows an alert's evidence is looked for in, one condition at most for a table and match, however much evidence there is
 * (columns: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables). None when nothing can be looked for.
 */
export function toEvidenceConditions(evidence: readonly Evidence[]): readonly EvidenceCondition[] {
  const processes = evidenceOf(evidence, 'Process');
  const file = toFileConditions(evidenceOf(evidence, 'File'));
  const urls = evidenceOf(evidence, 'Url').map(({ url }) => toUrlSpellings(url));
  const address = toAddressConditions(evidenceOf(evidence, 'Ip'), urls);
  const url = toUrlConditions(urls);
  const dns = toNamedConditions(urls);
  const users = evidenceOf(evidence, 'User');
  const started = processes.flatMap((process) => toProcessCondition(process, startedProcess) ?? []);
  const acting = [...processes.flatMap((process) => toProcessCondition(process, actingProcess) ?? []), ...file.acting];
  const row = (table: EventTable, match: Match, ...conditions: readonly string[]) => ({
    table,
    match,
    where: conditions.join(' or '),
  });
  return [
    row('DeviceProcessEvents', 'Evidence', ...file.own, ...started),
    row('DeviceNetworkEvents', 'Evidence', ...address, ...url, ...dns),
    row('DeviceFileEvents', 'Evidence', ...file.own),
    row('DeviceImageLoadEvents', 'Evidence', ...file.own),
    row('DeviceLogonEvents', 'Evidence', ...address),
    row('DeviceEvents', 'Evidence', ...file.own, ...address, ...url, ...dns),
    ...eventTables.map((table) => row(table, 'Process', ...acting)),
    ...eventTables.map((table) => row(table, 'User', ...toUserConditions(users, table))),
  ].filter(({ where }) => where !== '');
}

interface FileConditions {
  readonly own: readonly string[];
  /** The file as a program that acts. */
  readonly acting: readonly string[];
}

/** Not every event has the hashes of its file (of large ones, say): then its path tells. */
function toFileConditions(files: readonly EvidenceOf<'File'>[]): FileConditions {
  const sha1 = files.flatMap((file) => file.sha1 ?? []);
  const sha256 = files.flatMap((file) => file.sha256 ?? []);
  const conditions = (prefix: string): readonly string[] => [
    ...isIn(`${prefix}SHA1`, sha1),
    ...isIn(`${prefix}SHA256`, sha256),
  ];
  const paths = new Set(files.flatMap(({ filePath }) => filePath ?? []));
  const unhashed = [...paths].map((path) => `(FolderPath =~ ${quoteKql(path)} and SHA1 == "" and SHA256 == "")`);
  return { own: [...conditions(''), ...unhashed], acting: conditions('InitiatingProcess') };
}

/** An address in a URL is one that was connected to, too. */
function toAddressConditions(addresses: readonly EvidenceOf<'Ip'>[], urls: readonly UrlSpellings[]): readonly string[] {
  const all = [...addresses.map(({ ipAddress }) => ipAddress), ...urls.flatMap(({ address }) => address ?? [])];
  return isIn('RemoteIP', all.flatMap(toAddressSpellings));
}

function toUrlConditions(urls: readonly UrlSpellings[]): readonly string[] {
  const prefixes = new Set(urls.flatMap((each) => each.prefixes));
  return [
    ...isIn(
      'RemoteUrl',
      urls.flatMap(({ equal }) => equal),
    ),
    ...[...prefixes].map((prefix) => `RemoteUrl startswith ${quoteKql(prefix)}`),
  ];
}

/** A name that was asked for stands as a text of its own in the event's JSON. */
function toNamedConditions(urls: readonly UrlSpellings[]): readonly string[] {
  const hosts = new Set(urls.flatMap(({ host }) => host ?? []));
  return [...hosts].map((host) => `AdditionalFields contains ${quoteKql(JSON.stringify(host))}`);
}
