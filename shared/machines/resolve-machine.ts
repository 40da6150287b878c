import type { MachineCandidate, MachineSelector } from '../contract/machine-selector.ts';
import { timeSchema } from '../contract/primitives.ts';
import { toTicks } from '../ticks.ts';
import { groupByMachine } from './machine-record.ts';
import type { MachineGroup, MachineRecord } from './machine-record.ts';
import { selectorFits } from './selector-fits.ts';
import type { AddressHolders } from './selector-fits.ts';

/** What is known when a selector is resolved. */
export interface MachineQuestion<Record extends MachineRecord> {
  readonly selector: MachineSelector;
  /** The time in question (RFC 3339, UTC): an alert's `eventTime`; for actions now. */
  readonly time: string;
  /** What Defender gave for `planMachineLookup`, with every record that one of them was merged into. */
  readonly records: readonly Record[];
  /** Ids of those that Defender gave for the address at the time. Nothing else tells: an address is passed on. */
  readonly addressHolders: AddressHolders;
}

/** Which machine is meant. `NotOnboarded`: exactly one, but Defender does not watch it. */
export type MachineResolution<Record extends MachineRecord> =
  | { readonly outcome: 'Found' | 'NotOnboarded'; readonly machine: Record }
  | {
      readonly outcome: 'Ambiguous';
      /** Newest `lastSeen` first, at most 50. */
      readonly candidates: readonly MachineCandidate[];
      readonly count: number;
    }
  | { readonly outcome: 'NotFound' };

/** No person reads more, and an operation has to carry them. */
const maxCandidates = 50;

/**
 * The machine that a selector means (contract §3), or why there is none: every field given fits exactly, by itself or by a
 * record that was merged into it, and it was there at the time. Nothing is ever picked by order or by score.
 */
export function resolveMachine<Record extends MachineRecord>(
  question: MachineQuestion<Record>,
): MachineResolution<Record> {
  const fitting = groupByMachine(question.records)
    .filter((group) => isThere(group, question.time) && fitsAll(group, question))
    .map(({ machine }) => machine);
  const machines = withoutInactive(fitting);
  const [machine] = machines;
  if (machine === undefined) return { outcome: 'NotFound' };
  if (machines.length > 1) {
    return { outcome: 'Ambiguous', candidates: toCandidates(machines, question), count: machines.length };
  }
  return { outcome: isOnboarded(machine) ? 'Found' : 'NotOnboarded', machine };
}

/** A machine that was first seen later cannot be meant, whatever it is called by now. */
function isThere({ records }: MachineGroup<MachineRecord>, time: string): boolean {
  const asked = toTicks(time);
  if (asked === undefined) throw new RangeError('Not a time.');
  return records.some(({ firstSeen }) => {
    const seen = firstSeen === undefined ? undefined : toTicks(firstSeen);
    return seen === undefined || seen <= asked;
  });
}

function fitsAll({ records }: MachineGroup<MachineRecord>, question: MachineQuestion<MachineRecord>): boolean {
  const { selector, addressHolders } = question;
  const given = fieldsOf(selector);
  return (
    given.length > 0 &&
    given.every((field) => records.some((record) => selectorFits[field](record, selector[field] ?? '', addressHolders)))
  );
}

/** A machine that was set up again leaves its old record behind; when exactly one is alive, that one is meant. */
function withoutInactive<Record extends MachineRecord>(machines: readonly Record[]): readonly Record[] {
  const isIn = (state: string) => (machine: Record) => machine.healthStatus?.toLowerCase() === state;
  if (machines.filter(isIn('active')).length !== 1) return machines;
  const isInactive = isIn('inactive');
  return machines.filter((machine) => !isInactive(machine));
}

/** Microsoft writes the word in two ways; a record without it is left for Defender to judge. */
function isOnboarded({ onboardingStatus }: MachineRecord): boolean {
  return onboardingStatus === undefined || onboardingStatus === '' || onboardingStatus.toLowerCase() === 'onboarded';
}

function toCandidates(
  machines: readonly MachineRecord[],
  { selector }: MachineQuestion<MachineRecord>,
): readonly MachineCandidate[] {
  const seen = ({ lastSeen }: MachineRecord): bigint => toTicks(lastSeen ?? '') ?? -1n;
  const newestFirst = (a: MachineRecord, b: MachineRecord): number =>
    seen(a) === seen(b) ? (a.id < b.id ? -1 : 1) : seen(a) > seen(b) ? -1 : 1;
  return machines
    .toSorted(newestFirst)
    .slice(0, maxCandidates)
    .map(({ id, computerDnsName, lastSeen }) => ({
      id: id.toLowerCase(),
      ...(computerDnsName === undefined ? {} : { computerDnsName }),
      ...(lastSeen === undefined || !timeSchema.safeParse(lastSeen).success ? {} : { lastSeen }),
      fits: fieldsOf(selector),
    }));
}

const fields = ['id', 'aadDeviceId', 'computerDnsName', 'ipAddress', 'macAddress'] as const;

function fieldsOf(selector: MachineSelector): (typeof fields)[number][] {
  return fields.filter((field) => selector[field] !== undefined);
}
