import type { Evidence } from '../../../shared/contract/evidence.ts';
import { evidenceOf, toAddressSpellings, toUrlSpellings } from './evidence-values.ts';
import type { EvidenceOf } from './evidence-values.ts';
import { actingProcess, startedProcess, toProcessCondition } from './process-condition.ts';
import { quoteKql, quoteKqlList } from './quote-kql.ts';

/** Tables of events in which an anchor is looked for; all hold `Timestamp`, `DeviceId` and `ReportId`. */
export const eventTables = [
  'DeviceProcessEvents',
  'DeviceNetworkEvents',
  'DeviceFileEvents',
  'DeviceImageLoadEvents',
  'DeviceLogonEvents',
  'DeviceRegistryEvents',
  'DeviceEvents',
] as const;
export type EventTable = (typeof eventTables)[number];

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
  const address = toAddressConditions(evidenceOf(evidence, 'Ip'));
  const url = toUrlConditions(evidenceOf(evidence, 'Url'));
  const dns = toNamedConditions(evidenceOf(evidence, 'Url'));
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
    row('DeviceLogonEvents', 'User', ...users.flatMap(toLogonConditions)),
    row('DeviceProcessEvents', 'User', ...toPrincipalConditions(users)),
  ].filter(({ where }) => where !== '');
}

interface FileConditions {
  readonly own: readonly string[];
  /** The file as a program that acts. */
  readonly acting: readonly string[];
}

function toFileConditions(files: readonly EvidenceOf<'File'>[]): FileConditions {
  const sha1 = files.flatMap((file) => file.sha1 ?? []);
  const sha256 = files.flatMap((file) => file.sha256 ?? []);
  const conditions = (prefix: string): readonly string[] => [
    ...isIn(`${prefix}SHA1`, sha1),
    ...isIn(`${prefix}SHA256`, sha256),
  ];
  return { own: conditions(''), acting: conditions('InitiatingProcess') };
}

function toAddressConditions(addresses: readonly EvidenceOf<'Ip'>[]): readonly string[] {
  return isIn(
    'RemoteIP',
    addresses.flatMap(({ ipAddress }) => toAddressSpellings(ipAddress)),
  );
}

function toUrlConditions(urls: readonly EvidenceOf<'Url'>[]): readonly string[] {
  const spellings = urls.map(({ url }) => toUrlSpellings(url));
  const prefixes = new Set(spellings.flatMap((each) => each.prefixes));
  return [
    ...isIn(
      'RemoteUrl',
      spellings.flatMap(({ equal }) => equal),
      'in~',
    ),
    ...[...prefixes].map((prefix) => `RemoteUrl startswith ${quoteKql(prefix)}`),
  ];
}

/** A name that was asked for stands as a text of its own in the event's JSON. */
function toNamedConditions(urls: readonly EvidenceOf<'Url'>[]): readonly string[] {
  const hosts = new Set(urls.flatMap(({ url }) => toUrlSpellings(url).host ?? []));
  return [...hosts].map((host) => `AdditionalFields contains ${quoteKql(JSON.stringify(host))}`);
}

function toLogonConditions({ accountName, domainName, userSid }: EvidenceOf<'User'>): readonly string[] {
  const name = accountName === undefined ? [] : [`AccountName =~ ${quoteKql(accountName)}`];
  // Events have the short name of a domain.
  const names = domainName === undefined ? [] : [domainName, domainName.split('.')[0] ?? domainName];
  const account = name.length === 0 ? [] : [`(${[...name, ...isIn('AccountDomain', names, 'in~')].join(' and ')})`];
  return [...account, ...(userSid === undefined ? [] : [`AccountSid =~ ${quoteKql(userSid)}`])];
}

/** Logons do not tell the principal name; what that user ran does. */
function toPrincipalConditions(users: readonly EvidenceOf<'User'>[]): readonly string[] {
  return isIn(
    'AccountUpn',
    users.flatMap(({ userPrincipalName }) => userPrincipalName ?? []),
    'in~',
  );
}

function isIn(column: string, values: readonly string[], operator: 'in' | 'in~' = 'in'): readonly string[] {
  return values.length === 0 ? [] : [`${column} ${operator} ${quoteKqlList(values)}`];
}
