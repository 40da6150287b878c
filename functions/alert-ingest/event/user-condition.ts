import type { EventTable } from './event-tables.ts';
import type { EvidenceOf } from './evidence-values.ts';
import { isIn, quoteKql } from './quote-kql.ts';

/** The columns that tell of an account. */
interface AccountColumns {
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  /** Absent: events of that table do not tell it. */
  readonly principal?: string;
}

/** Who logged on, and as whom a process was started. */
const own: AccountColumns = { name: 'AccountName', domain: 'AccountDomain', sid: 'AccountSid' };

const ownOf: Readonly<Partial<Record<EventTable, AccountColumns>>> = {
  DeviceProcessEvents: { ...own, principal: 'AccountUpn' },
  DeviceLogonEvents: own,
  DeviceEvents: own,
};

/** As whom the process ran that did what the event tells of. */
const acting: AccountColumns = {
  ...{ name: 'InitiatingProcessAccountName', domain: 'InitiatingProcessAccountDomain' },
  ...{ sid: 'InitiatingProcessAccountSid', principal: 'InitiatingProcessAccountUpn' },
};

/** Whether a row of a table is of one of the users. */
export function toUserConditions(users: readonly EvidenceOf<'User'>[], table: EventTable): readonly string[] {
  const ofTable = ownOf[table];
  return [...(ofTable === undefined ? [] : [ofTable]), acting].flatMap((columns) => [
    ...users.flatMap((user) => toAccountCondition(user, columns)),
    ...isIn(
      columns.sid,
      users.flatMap(({ userSid }) => userSid ?? []),
    ),
    ...(columns.principal === undefined
      ? []
      : isIn(
          columns.principal,
          users.flatMap(({ userPrincipalName }) => userPrincipalName ?? []),
        )),
  ]);
}

/** Events have the short name of a domain. */
function toAccountCondition(
  { accountName, domainName }: EvidenceOf<'User'>,
  columns: AccountColumns,
): readonly string[] {
  if (accountName === undefined) return [];
  const domains = domainName === undefined ? [] : [domainName, domainName.split('.')[0] ?? domainName];
  return [`(${[`${columns.name} =~ ${quoteKql(accountName)}`, ...isIn(columns.domain, domains)].join(' and ')})`];
}
