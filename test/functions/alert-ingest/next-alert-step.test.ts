import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventMachineId, startAlert } from '../../../functions/alert-ingest/alert-state.ts';
import type { AlertFacts, AlertNews, AlertState } from '../../../functions/alert-ingest/alert-state.ts';
import { endAlert, nextAlertStep } from '../../../functions/alert-ingest/next-alert-step.ts';
import type { Match } from '../../../functions/alert-ingest/event/evidence-conditions.ts';
import { nextSearchAtMs } from '../../../functions/alert-ingest/event/search-schedule.ts';
import { alertCreatedSchema } from '../../../shared/contract/alert.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { alertEventSchema } from '../../../shared/contract/operation-result.ts';
import type { AlertEvent } from '../../../shared/contract/operation-result.ts';

const minute = 60_000;
const example = alertCreatedSchema.parse(JSON.parse(contractExamples.alertCreated));
const id = 'a'.repeat(40);
const facts = (more: Partial<AlertFacts> = {}): AlertFacts => ({
  ...{ alert: example, policy: { searchFor: 'PT1H', fallback: 'NearestEvent' }, nowMs: 0 },
  ...{ isCancelRequested: false, isLate: false },
  ...more,
});
const withFallback = (fallback: AlertFacts['policy']['fallback'], more: Partial<AlertFacts> = {}): AlertFacts =>
  facts({ ...more, policy: { searchFor: 'PT1H', fallback } });
const bare = { ...example, evidence: [] };
const known = { ...example, machine: { id }, reportId: '20776' };

const machine = { id, computerDnsName: 'pc1.example.test' };
const start = startAlert(0);
const base = { startedAtMs: 0, machine };
const finding: AlertState = { ...base, at: 'FindingEvent', by: 'Evidence' };
const findingNear: AlertState = { ...base, at: 'FindingEvent', by: 'Time' };
const eventBy = (matchedBy: AlertEvent['matchedBy']): AlertEvent => ({
  ...{ table: 'DeviceFileEvents', timestamp: '2026-11-20T10:00:05.7654321Z', reportId: '20776', matchedBy },
});
const creating = (matchedBy: AlertEvent['matchedBy']): AlertState => ({
  ...base,
  at: 'Creating',
  event: eventBy(matchedBy),
});
const inGraph: AlertState = { ...base, at: 'CreatingInGraph' };
const looking = (event?: AlertEvent): AlertState => ({ ...base, at: 'Looking', event });

const found = (record: object = machine): AlertNews => ({
  news: 'Machine',
  resolution: { outcome: 'Found', machine: { id, ...record } },
});
const candidates = [{ id, fits: ['computerDnsName' as const] }];
const resolved = (resolution: Extract<AlertNews, { news: 'Machine' }>['resolution']): AlertNews => ({
  news: 'Machine',
  resolution,
});
const notFound = resolved({ outcome: 'NotFound' });
const noEvent: AlertNews = { news: 'Event', found: undefined };
const chosen = (match: Match): AlertNews => ({
  news: 'Event',
  found: { event: eventBy(match === 'User' ? 'Evidence' : match), match },
});
const unknown: AlertNews = { news: 'EventUnknown' };
const notCreated: AlertNews = { news: 'NotCreated' };

const go = (state: AlertState) => ({ outcome: 'Go', state });
const later = (minutes: number, stage: string, state: AlertState) => ({
  outcome: 'Later',
  dueAtMs: minutes * minute,
  stage,
  state,
});
const failed = (code: string) => ({ outcome: 'Failed', error: { code } });
const at = (minutes: number): Partial<AlertFacts> => ({ nowMs: minutes * minute });

describe('nextAlertStep', () => {
  it.each<readonly [string, AlertState, AlertNews, AlertFacts, object]>([
    ['machine found', start, found(), facts(), go(finding)],
    [
      'machine found, in capitals and without a name',
      start,
      found({ id: id.toUpperCase(), computerDnsName: undefined }),
      facts(),
      go({ at: 'FindingEvent', startedAtMs: 0, machine: { id }, by: 'Evidence' }),
    ],
    ['machine not found yet', start, notFound, facts(), later(1, 'FindingMachine', start)],
    ['machine not found at the end', start, notFound, facts(at(60)), failed('machine_not_found')],
    [
      'machine ambiguous',
      start,
      resolved({ outcome: 'Ambiguous', candidates, count: 2 }),
      facts(),
      { outcome: 'Failed', error: { code: 'machine_ambiguous', message: '2 machines fit.', candidates } },
    ],
    ['machine not onboarded', start, resolved({ outcome: 'NotOnboarded', machine }), facts(), failed('not_onboarded')],
    ['no evidence: the nearest event at once', start, found(), facts({ alert: bare }), go(findingNear)],
    [
      'no evidence: an alert of Graph’s at once',
      start,
      found(),
      withFallback('GraphAlert', { alert: bare }),
      go(inGraph),
    ],
    ['no evidence, no fallback', start, found(), withFallback('None', { alert: bare }), failed('event_not_found')],
    [
      'evidence that tells nothing',
      start,
      found(),
      withFallback('None', {
        alert: { ...example, evidence: [{ entityType: 'Process', processCommandLine: 'x'.repeat(2000) }] },
      }),
      failed('event_not_found'),
    ],
    [
      'evidence that names the machine alone',
      start,
      found(),
      withFallback('None', {
        alert: {
          ...example,
          machine: { computerDnsName: 'pc1', ipAddress: '10.0.0.5' },
          evidence: [
            { entityType: 'Ip', ipAddress: '::ffff:10.0.0.5' },
            { entityType: 'Url', url: 'PC1' },
            { entityType: 'Url', url: 'pc1.example.test' },
          ],
        },
      }),
      failed('event_not_found'),
    ],
    [
      'event given',
      start,
      found(),
      facts({ alert: known }),
      go({ ...base, at: 'Creating', event: { ...eventBy('Given'), table: 'Unknown' } }),
    ],
    ['event found', finding, chosen('Evidence'), facts(), go(creating('Evidence'))],
    ['event of the same process', finding, chosen('Process'), facts(), go(creating('Process'))],
    [
      'event of the same user, while others may come',
      finding,
      chosen('User'),
      facts(),
      later(1, 'FindingEvent', finding),
    ],
    [
      'event of the same user, the last time that others are waited for',
      finding,
      chosen('User'),
      facts(at(4)),
      later(5, 'FindingEvent', finding),
    ],
    [
      'event of the same user, and none that tells more',
      finding,
      chosen('User'),
      facts(at(5)),
      go(creating('Evidence')),
    ],
    [
      'event of the same user, at the end of a short search',
      finding,
      chosen('User'),
      facts({ ...at(2), policy: { searchFor: 'PT2M', fallback: 'None' } }),
      go(creating('Evidence')),
    ],
    [
      'event of the user, of whom alone the evidence tells',
      finding,
      chosen('User'),
      facts({
        alert: {
          ...example,
          evidence: [
            { entityType: 'User', accountName: 'ana' },
            { entityType: 'Url', url: 'pc1' },
          ],
        },
      }),
      go(creating('Evidence')),
    ],
    ['event not found yet', finding, noEvent, facts(at(3)), later(5, 'FindingEvent', finding)],
    ['event not found at the end: the nearest', finding, noEvent, facts(at(60)), go(findingNear)],
    ['event not found at the end: Graph', finding, noEvent, withFallback('GraphAlert', at(60)), go(inGraph)],
    ['event not found at the end: none', finding, noEvent, withFallback('None', at(60)), failed('event_not_found')],
    ['nearest event found', findingNear, chosen('Nearest'), facts(at(60)), go(creating('Nearest'))],
    ['nothing near either', findingNear, noEvent, facts(at(60)), failed('event_not_found')],
    ['nothing near yet', findingNear, noEvent, facts({ alert: bare, ...at(0) }), later(1, 'FindingEvent', findingNear)],
    [
      'event unknown to Defender: searched again',
      creating('Evidence'),
      unknown,
      facts(at(10)),
      later(20, 'FindingEvent', finding),
    ],
    ['event unknown at the end: the nearest', creating('Process'), unknown, facts(at(60)), go(findingNear)],
    ['nearest event unknown at the end', creating('Nearest'), unknown, facts(at(60)), failed('event_not_found')],
    ['given event unknown yet', creating('Given'), unknown, facts(at(1)), later(2, 'Creating', creating('Given'))],
    [
      'given event unknown at the end',
      creating('Given'),
      unknown,
      withFallback('None', at(60)),
      failed('event_not_found'),
    ],
    ['not created by the try before', looking(eventBy('Evidence')), notCreated, facts(), go(creating('Evidence'))],
    ['not created in Graph by the try before', looking(), notCreated, facts(), go(inGraph)],
    ['not created, and late', looking(eventBy('Evidence')), notCreated, facts({ isLate: true }), failed('expired')],
    ['not created, and cancelled', looking(), notCreated, facts({ isCancelRequested: true }), { outcome: 'Canceled' }],
    [
      'one try only',
      finding,
      noEvent,
      facts({ policy: { searchFor: 'PT0S', fallback: 'None' } }),
      failed('event_not_found'),
    ],
  ])('%s', (_name, state, news, given, expected) => {
    expect(nextAlertStep(state, news, given)).toMatchObject(expected);
  });

  it('keeps an event as the contract has it', () => {
    const step = nextAlertStep(start, found(), facts({ alert: known }));
    if (step.outcome !== 'Go' || step.state.at !== 'Creating') throw new Error('It is created.');
    expect(alertEventSchema.parse(step.state.event)).toEqual(step.state.event);
  });

  it.each([
    [start, noEvent],
    [finding, unknown],
    [finding, notCreated],
  ])('throws on news that nobody asked for: %#', (state, news) => {
    expect(() => nextAlertStep(state, news, facts())).toThrow(/^No (?:event|alert) was/);
  });
});

describe('eventMachineId', () => {
  const merged = { ...base, machine: { id: 'b'.repeat(40) }, at: 'Creating' } as const;
  it.each([
    ['given', { ...merged, event: eventBy('Given') }, known, id],
    ['found', { ...merged, event: eventBy('Evidence') }, known, 'b'.repeat(40)],
    ['found, no machine named', { ...merged, event: eventBy('Nearest') }, example, 'b'.repeat(40)],
  ])('%s', (_name, state, alert, expected) => {
    expect(eventMachineId(state, alert)).toBe(expected);
  });
});

describe('endAlert', () => {
  const cancelled = facts({ isCancelRequested: true });
  const late = facts({ isLate: true });
  it.each<readonly [string, AlertState, AlertFacts, object | undefined]>([
    ['in time', start, facts(), undefined],
    ['cancelled', finding, cancelled, { outcome: 'Canceled' }],
    ['late', creating('Evidence'), late, failed('expired')],
    ['cancelled, maybe created', looking(), cancelled, undefined],
    ['late, maybe created', looking(), late, undefined],
  ])('%s', (_name, state, given, expected) => {
    const end = endAlert(state, given);
    if (expected === undefined) expect(end).toBeUndefined();
    else expect(end).toMatchObject(expected);
  });
});

describe('nextSearchAtMs', () => {
  const times = (searchForMinutes: number): readonly number[] => {
    const search = { startedAtMs: 7, searchForMs: searchForMinutes * minute };
    const all: number[] = [];
    for (let now: number | undefined = 7; now !== undefined; now = nextSearchAtMs(search, now))
      all.push((now - 7) / minute);
    return all;
  };
  it.each([
    [0, [0]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [60, [0, 1, 2, 5, 10, 20, 40, 60]],
    [90, [0, 1, 2, 5, 10, 20, 40, 60, 90]],
    [180, [0, 1, 2, 5, 10, 20, 40, 60, 120, 180]],
  ])('%i minutes', (searchForMinutes, expected) => {
    expect(times(searchForMinutes)).toEqual(expected);
  });

  it('goes on in the schedule after a search that came late', () => {
    expect(nextSearchAtMs({ startedAtMs: 0, searchForMs: 60 * minute }, 3.5 * minute)).toBe(5 * minute);
    expect(nextSearchAtMs({ startedAtMs: 0, searchForMs: 60 * minute }, 999 * minute)).toBeUndefined();
  });

  it('always moves on, and never beyond the end', () => {
    fc.assert(
      fc.property(fc.nat(90_000_000), fc.nat(90_000_000), (searchForMs, passedMs) => {
        const next = nextSearchAtMs({ startedAtMs: 0, searchForMs }, passedMs);
        if (next === undefined) expect(passedMs).toBeGreaterThanOrEqual(searchForMs);
        else expect(next > passedMs && next <= searchForMs).toBe(true);
      }),
    );
  });
});
