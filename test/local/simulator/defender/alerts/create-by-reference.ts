import { isRecord, readJson } from '../../http/exchange.ts';
import { toTicks } from '../../hunting/ticks.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { incorrectBody, toTime } from './context.ts';
import { toEventEvidence } from './event-evidence.ts';
import { toAlertReply } from './read.ts';
import { creatableCategories, creatableSeverities } from './resource.ts';
import type { EventRow, EventStore } from '../../events/store.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { AlertContext } from './context.ts';
import type { AlertResource } from './resource.ts';

const fields = [
  ...(['machineId', 'eventTime', 'reportId', 'severity'] as const),
  ...(['title', 'description', 'recommendedAction', 'category'] as const),
];
type Reference = Readonly<Record<(typeof fields)[number], string>>;

/** Needs an event that the machine has reported. An open alert with the same title on the same machine takes it in. */
export function createByReference(call: DefenderCall, context: AlertContext): Reply | DefenderError {
  const reference = readReference(call);
  if (isDefenderError(reference)) return reference;
  const event = findEvent(reference, context.events, call.nowMs);
  if (!event) {
    const { machineId, eventTime, reportId } = reference;
    return defenderError('ResourceNotFound', `Event ${reportId} of ${eventTime} on ${machineId} was not found`);
  }
  call.exchange.applied = true;
  const machineId = reference.machineId.toLowerCase();
  const open = context.alerts
    .list()
    .find((alert) => alert.machineId === machineId && alert.title === reference.title && alert.status !== 'Resolved');
  return toAlertReply(
    call,
    open ? merge(call, context, { open, event, reference }) : create(call, context, reference, event),
  );
}

function readReference({ exchange }: DefenderCall): Reference | DefenderError {
  const body = readJson(exchange);
  if (!isRecord(body)) return incorrectBody();
  const missing = fields.find((name) => (body[name] ?? '') === '');
  if (missing !== undefined) return defenderError('MissingRequiredParameter', `Parameter ${missing} is missing`);
  if (!fields.every((name) => typeof body[name] === 'string')) return incorrectBody();
  const reference = body as Reference;
  const invalid = (name: keyof Reference): DefenderError =>
    defenderError('InvalidInput', `Invalid input ${name}: ${reference[name]}`);
  if (!creatableSeverities.includes(reference.severity)) return invalid('severity');
  if (!creatableCategories.includes(reference.category)) return invalid('category');
  return toTicks(reference.eventTime) === undefined ? invalid('eventTime') : reference;
}

/** The time counts as text, with all of its seven digits. */
function findEvent(reference: Reference, events: EventStore, nowMs: number): EventRow | undefined {
  const tables = new Set(events.list().map(({ table }) => table));
  return [...tables]
    .filter((table) => /^Device\w*Events$/.test(table))
    .flatMap((table) => events.rows(table, nowMs))
    .find(
      (row) =>
        row['Timestamp'] === reference.eventTime &&
        String(row['ReportId']) === reference.reportId &&
        String(row['DeviceId']).toLowerCase() === reference.machineId.toLowerCase(),
    );
}

function create(
  { nowMs }: DefenderCall,
  { alerts, machines }: AlertContext,
  { eventTime, reportId: _reportId, ...reference }: Reference,
  event: EventRow,
): AlertResource {
  const machine = machines.get(reference.machineId)?.machine;
  const deviceName = typeof event['DeviceName'] === 'string' ? event['DeviceName'] : null;
  const evidence = toEventEvidence(event, toTime(nowMs));
  const user = evidence.find(({ accountName }) => accountName !== null);
  return alerts.add(
    {
      ...reference,
      ...{ detectionSource: 'CustomDetection', firstEventTime: eventTime, lastEventTime: eventTime },
      computerDnsName: machine?.computerDnsName ?? deviceName,
      rbacGroupName: machine?.rbacGroupName ?? 'UnassignedGroup',
      relatedUser: user ? { userName: user.accountName ?? '', domainName: user.domainName } : null,
      evidence,
    },
    nowMs,
  );
}

interface Merge {
  readonly open: AlertResource;
  readonly event: EventRow;
  readonly reference: Reference;
}

/** Only times and evidence change: title, severity and description stay those of the first. */
function merge({ nowMs }: DefenderCall, { alerts }: AlertContext, { open, event, reference }: Merge): AlertResource {
  const times = [open.firstEventTime, open.lastEventTime, reference.eventTime].flatMap((time) => time ?? []).toSorted();
  return alerts.change(open.id, {
    firstEventTime: times.at(0) ?? reference.eventTime,
    lastEventTime: times.at(-1) ?? reference.eventTime,
    lastUpdateTime: toTime(nowMs),
    evidence: [...open.evidence, ...toEventEvidence(event, toTime(nowMs))],
  });
}
