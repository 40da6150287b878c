import type { z } from 'zod';
import { alertCreatedSchema, alertUpdatedSchema } from '../../../shared/contract/alert.ts';
import type { AlertCreated, AlertSeverity, AlertUpdated } from '../../../shared/contract/alert.ts';
import { toPointer } from '../../../shared/contract/field-errors.ts';
import { findingsOf } from '../../../shared/contract/findings.ts';
import { httpsUrlSchema } from '../../../shared/contract/primitives.ts';
import type { FieldError } from '../../../shared/contract/problem.ts';
import type { AlertStatus } from '../../../shared/contract/triage.ts';
import { toLeftOutNote } from './left-out-note.ts';
import { toOcsfCategory, toOcsfTechniques } from './ocsf-category.ts';
import { toOcsfEvidence } from './ocsf-evidence.ts';
import { toOcsfMachine } from './ocsf-machine.ts';
import { firstOf, textOf, toTimeText } from './ocsf-value.ts';
import type { OcsfPath, OcsfValue } from './ocsf-value.ts';

/** An OCSF event as ours, or what of it cannot be: pointers lead into the envelope. */
export type FromOcsf =
  | {
      readonly type: 'alert.created';
      readonly data: AlertCreated;
      /** Where the event's time was found, for `eventTimeErrors`. */
      readonly eventTimePointer: string;
    }
  | { readonly type: 'alert.updated'; readonly data: AlertUpdated }
  | { readonly type: 'refused'; readonly errors: readonly FieldError[] };

/**
 * An OCSF Detection Finding (class 2004, https://schema.ocsf.io/classes/detection_finding) as our own event (contract §4).
 * `null` counts as absent, unknown fields pass. A needed value that is missing, unmapped or not as our schema wants it is
 * refused; others that are unusable are left out.
 */
export function fromOcsf(finding: unknown): FromOcsf {
  const event: OcsfValue = { value: finding, path: [] };
  const activity = firstOf(event, 'activity_id')?.value;
  if (activity === 1) return toCreated(event);
  if (activity === 2 || activity === 3) return toUpdated(event, activity);
  return refusedAs([unmapped(['activity_id'], activity, 'Must be 1 (create), 2 (update) or 3 (close).')]);
}

const severities: readonly (AlertSeverity | undefined)[] = [undefined, 'Low', 'Low', 'Medium', 'High', 'High', 'High'];
const statuses: readonly (AlertStatus | undefined)[] = [undefined, 'New', 'InProgress', undefined, 'Resolved'];
const times = [
  'end_time',
  'finding_info.last_seen_time',
  'start_time',
  'finding_info.first_seen_time',
  'time',
] as const;
const maxRecommendation = 1000;
const noMachine = 'Give one device, with uid (a machine id of 40 hex digits), hostname or ip.';

function toCreated(event: OcsfValue): FromOcsf {
  const time = firstOf(event, ...times);
  const eventTime = toTimeText(time?.value);
  const severity = mapped(severities, firstOf(event, 'severity_id')?.value);
  const { texts, places } = toNeeded(event);
  const { evidence, leftOut } = toOcsfEvidence(event);
  // Of severity and time we say ourselves what is wrong.
  const given = { severity: severity ?? 'Low', eventTime: eventTime ?? '1970-01-01T00:00:00Z' };
  const draft = { ...texts, ...given, ...toOptional(event), evidence, category: toOcsfCategory(event) };
  const parsed = alertCreatedSchema.safeParse(draft);
  const timePath = time?.path ?? ['time'];
  const errors = [
    ...(severity === undefined ? [unmappedSeverity(event)] : []),
    ...(eventTime === undefined ? [unmapped(timePath, time?.value, 'Must be a time in milliseconds.')] : []),
    ...(parsed.success ? [] : toErrors(parsed.error, draft, places)),
  ];
  if (errors.length > 0 || !parsed.success) return refusedAs(errors);
  const description = parsed.data.description + toLeftOutNote(leftOut);
  return {
    type: 'alert.created',
    data: { ...parsed.data, description },
    eventTimePointer: toPointer(timePath, '#/data'),
  };
}

/** Texts and machine, unchecked, and where they were found or would have been. */
function toNeeded(event: OcsfValue): { readonly texts: object; readonly places: Places } {
  const id = firstOf(event, 'finding_info.uid');
  const title = firstOf(event, 'finding_info.title', 'message');
  const description = firstOf(event, 'finding_info.desc', 'message') ?? title;
  const machine = toOcsfMachine(event);
  const ofMachine = Object.entries(machine.places).map(([name, path]) => [`machine.${name}`, path] as const);
  return {
    texts: { id: id?.value, title: title?.value, description: description?.value, machine: machine.draft },
    places: {
      id: ['finding_info', 'uid'],
      title: title?.path ?? ['finding_info', 'title'],
      description: description?.path ?? ['finding_info', 'desc'],
      machine: machine.path,
      ...Object.fromEntries(ofMachine),
    },
  };
}

/** What an alert can do without: too long a recommendation is cut, what is no https address is left out. */
function toOptional(event: OcsfValue): Readonly<Record<string, unknown>> {
  const recommendedAction = textOf(event, 'remediation.desc')?.slice(0, maxRecommendation).toWellFormed();
  const sourceUrl = httpsUrlSchema.safeParse(textOf(event, 'finding_info.src_url')).data;
  return {
    mitreTechniques: toOcsfTechniques(event),
    ...(recommendedAction === undefined ? {} : { recommendedAction }),
    ...(sourceUrl === undefined ? {} : { sourceUrl }),
  };
}

function toUpdated(event: OcsfValue, activity: 2 | 3): FromOcsf {
  const statusId = firstOf(event, 'status_id')?.value;
  const status = activity === 3 ? 'Resolved' : mapped(statuses, statusId);
  const draft = {
    id: firstOf(event, 'finding_info.uid')?.value,
    status: status ?? 'New',
  };
  const parsed = alertUpdatedSchema.safeParse(draft);
  const errors = [
    ...(status === undefined ? [unmapped(['status_id'], statusId, 'Must be 1, 2 or 4.')] : []),
    ...(parsed.success ? [] : toErrors(parsed.error, draft, { id: ['finding_info', 'uid'] })),
  ];
  return errors.length > 0 || !parsed.success ? refusedAs(errors) : { type: 'alert.updated', data: parsed.data };
}

/** Where our fields come from, by their dotted names. */
type Places = Readonly<Record<string, OcsfPath>>;

function toErrors(error: z.ZodError, draft: unknown, places: Places): readonly FieldError[] {
  return findingsOf(error.issues, draft).map(({ path, code, detail }) => {
    const place = places[path.slice(0, 2).join('.')] ?? places[String(path[0])] ?? path.map(String);
    const isNoMachine = path.length === 1 && path[0] === 'machine';
    return { pointer: toPointer(place, '#/data'), code, detail: isNoMachine ? noMachine : detail };
  });
}

function unmappedSeverity(event: OcsfValue): FieldError {
  return unmapped(['severity_id'], firstOf(event, 'severity_id')?.value, 'Must be 1 to 6.');
}

function unmapped(path: OcsfPath, value: unknown, rule: string): FieldError {
  const pointer = toPointer(path, '#/data');
  if (value === undefined) return { pointer, code: 'required', detail: 'Required.' };
  return { pointer, code: typeof value === 'number' ? 'invalid_value' : 'invalid_type', detail: rule };
}

function mapped<T>(table: readonly (T | undefined)[], index: unknown): T | undefined {
  return typeof index === 'number' ? table[index] : undefined;
}

/** One error for each place: two of our fields may come from the same. */
function refusedAs(errors: readonly FieldError[]): FromOcsf {
  const byPointer = new Map(errors.toReversed().map((error) => [error.pointer, error]));
  return { type: 'refused', errors: [...byPointer.values()].toReversed() };
}
