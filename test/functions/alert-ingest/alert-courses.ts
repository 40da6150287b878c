import { expect } from 'vitest';
import { creating, tenantId } from '../../builders/alert-ingest.ts';
import { finding } from '../../builders/alert-responses.ts';
import type { setUpResponses } from '../../builders/alert-responses.ts';

export type Bench = Awaited<ReturnType<typeof setUpResponses>>;

/** What is sent, which steps an instance makes of it, and the one call of it that changes something at Microsoft. */
export interface AlertCourse {
  readonly name: string;
  readonly begin: (bench: Bench) => unknown;
  readonly type: 'alert.created' | 'alert.updated';
  readonly data: object;
  readonly steps: readonly string[];
  /** Those of the timer in an instance that goes on where another was killed after the call. */
  readonly recovers: readonly string[];
  /** The step of the call. */
  readonly sends: string;
  readonly call: { readonly method: string; readonly path: string };
  readonly alerts: (bench: Bench) => readonly { readonly id: string }[];
  /** The one alert in the end. */
  readonly alert: object;
}

const searching = ['accept', 'Running FindingEvent', 'POST runHuntingQuery', 'Running Creating'];
const recorded = ['cursor', 'followed', 'link', 'Succeeded'];
const update = { id: finding.id, status: 'Resolved', comment: 'Cleaned.' };

/** Each of them calls Microsoft once to change something. */
export const alertCourses: readonly AlertCourse[] = [
  {
    name: 'makes an alert by reference',
    begin: () => undefined,
    ...{ type: 'alert.created', data: finding, call: creating },
    sends: 'POST CreateAlertByReference',
    steps: [...searching, 'Running Creating', 'POST CreateAlertByReference', ...recorded],
    recovers: ['claim', ...recorded],
    alerts: (bench) => bench.alerts(),
    alert: { title: finding.title },
  },
  {
    name: 'updates an alert',
    begin: async ({ send, control }) => {
      await send();
      control.log.clear();
    },
    ...{ type: 'alert.updated', data: update, call: { method: 'PATCH', path: '/api/alerts/' } },
    sends: 'PATCH alert',
    steps: ['accept', 'written', 'Running Submitting', 'PATCH alert', 'written', 'Succeeded'],
    recovers: ['claim', 'Succeeded'],
    alerts: (bench) => bench.alerts(),
    alert: { status: 'Resolved', comments: [{ comment: expect.stringMatching(/^Cleaned\. \[op_\w+\]$/) as unknown }] },
  },
  {
    name: 'makes an alert through Graph',
    begin: ({ setPolicy, control }) => {
      control.events.clear(tenantId);
      return setPolicy({ alerts: { searchFor: 'PT0S', fallback: 'GraphAlert' } });
    },
    ...{ type: 'alert.created', data: finding, call: { method: 'POST', path: '/beta/security/alerts_v2/createAlert' } },
    sends: 'POST createAlert',
    steps: [...searching, 'Running Creating', 'POST createAlert', ...recorded],
    recovers: ['claim', ...recorded],
    alerts: ({ control }) => control.graphAlerts.list(tenantId),
    alert: { title: finding.title },
  },
];
