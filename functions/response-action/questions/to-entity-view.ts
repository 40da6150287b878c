import type { IndicatorType } from '../../../shared/contract/indicator.ts';
import type { DomainView, FileView } from '../../../shared/contract/machine.ts';
import type { DefenderAlertSummary } from '../../../shared/defender/alert-summary.ts';
import type { DefenderFile, DefenderMachineSummary, DefenderStats } from '../../../shared/defender/entity-rows.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import { unreadOf, valueOf } from './read-part.ts';
import type { Part } from './read-part.ts';
import { given, newestFirst, toAlertSummaries, toGoodTime } from './to-machine.ts';

/** A machine that met a file, domain or address. */
export type KnownMachine = Partial<DefenderMachineSummary> & Pick<DefenderMachineSummary, 'id'>;

/** How a value stands in the tenant, in the words of `GET …/indicators?value=`. */
export interface IndicatorState {
  readonly state: string;
  readonly action?: string | undefined;
  readonly owners?: readonly string[] | undefined;
}

/** What Defender was asked about a file, domain or address. `organization` without a value: nobody has met it. */
export interface DefenderParts {
  readonly organization: Part<DefenderStats | undefined>;
  readonly machines: Part<readonly KnownMachine[]>;
  readonly alerts: Part<readonly DefenderAlertSummary[]>;
}

/** What an answer about a file, domain or address has in common. */
export type Known = Omit<DomainView, 'domain'>;

/** As many machines as an answer shows (contract §8). */
export const maxMachines = 100;

/**
 * What is known of a file, domain or address (contract §8); `undefined` when Defender knows nothing: nobody has met it, no alert
 * names it, it holds no indicator of ours, and all of that could be read. `isKnown`: Defender knows the thing itself.
 */
export function toKnown(
  parts: DefenderParts & { readonly indicator: Part<IndicatorState> },
  { isKnown } = { isKnown: false },
): Known | undefined {
  const { organization, machines, alerts, indicator } = parts;
  const all = [organization, machines, alerts, indicator];
  // Our own "no" to a query is no reason to believe that there is something.
  const mayBeMore = all.some((part) => !part.isRead && part.unread.code !== 'refused_by_policy');
  if (!isKnown && !mayBeMore && !isMet(parts) && valueOf(indicator)?.state !== 'Present') return undefined;
  return {
    ...given({
      organization: organization.isRead ? toOrganization(organization.value) : undefined,
      machines: machines.isRead ? toMachines(machines.value) : undefined,
      alerts: alerts.isRead ? toAlertSummaries(alerts.value) : undefined,
      indicator: indicator.isRead ? toIndicator(indicator.value) : undefined,
    }),
    errors: unreadOf(all),
  };
}

/** A file as our answers show it: what Defender leaves empty is left out. */
export function toFile(file: Partial<DefenderFile>): FileView['file'] {
  const { sha1, sha256, md5, size, fileType, globalPrevalence, determinationType, determinationValue } = file;
  return given({
    ...{ sha1, sha256, md5, size, fileType, globalPrevalence },
    globalFirstObserved: toGoodTime(file.globalFirstObserved),
    globalLastObserved: toGoodTime(file.globalLastObserved),
    ...{ determinationType, determinationValue },
  });
}

/** The indicators that a file can be held by, the strongest hash first. */
export function fileIndicators({ sha256, sha1, md5 }: Partial<DefenderFile>): readonly IndicatorIdentity[] {
  const of = (indicatorType: IndicatorType, indicatorValue: string | undefined): readonly IndicatorIdentity[] =>
    indicatorValue === undefined ? [] : [{ indicatorType, indicatorValue }];
  return [...of('FileSha256', sha256), ...of('FileSha1', sha1), ...of('FileMd5', md5)];
}

function isMet({ organization, machines, alerts }: DefenderParts): boolean {
  const prevalence = valueOf(organization)?.organizationPrevalence ?? 0;
  return prevalence > 0 || (valueOf(machines) ?? []).length > 0 || (valueOf(alerts) ?? []).length > 0;
}

function toOrganization(stats: DefenderStats | undefined): NonNullable<Known['organization']> {
  return {
    prevalence: stats?.organizationPrevalence ?? 0,
    ...given({ firstSeen: toGoodTime(stats?.orgFirstSeen), lastSeen: toGoodTime(stats?.orgLastSeen) }),
  };
}

function toMachines(machines: readonly KnownMachine[]): NonNullable<Known['machines']> {
  return machines
    .toSorted((a, b) => newestFirst(a.lastSeen, b.lastSeen))
    .slice(0, maxMachines)
    .map(({ id, computerDnsName }) => ({ id, ...given({ computerDnsName }) }));
}

function toIndicator({ state, action, owners }: IndicatorState): NonNullable<Known['indicator']> {
  return { state, ...given({ action, owners }) };
}
