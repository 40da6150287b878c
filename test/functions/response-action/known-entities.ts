import { expect } from 'vitest';
import type { LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import { pc1, setUpQuestions, srv1, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

export const sha1 = '1'.repeat(40);
export const sha256 = '2'.repeat(64);
export const md5 = '3'.repeat(32);
export const seenByBoth = [
  { machineId: pc1.id, firstSeen: '2026-11-01T00:00:00Z', lastSeen: '2026-11-18T00:00:00Z' },
  { machineId: srv1.id, firstSeen: '2026-11-02T00:00:00Z', lastSeen: '2026-11-19T00:00:00Z' },
];
export const organization = {
  ...{ prevalence: 2, firstSeen: '2026-11-01T00:00:00.0000000Z', lastSeen: '2026-11-20T10:00:00.0000000Z' }, // by the alert
};
// As the machines were last seen.
export const machines = [
  { id: srv1.id, computerDnsName: srv1.computerDnsName },
  { id: pc1.id, computerDnsName: pc1.computerDnsName },
];
export const alerts = [expect.objectContaining({ id: 'da1', title: 'Beacon', severity: 'High', status: 'New' })];
export const notFound = { status: 404, json: { code: 'not_found' } };

/** What our ledger holds of a value. */
export function held(indicatorType: LedgerEntry['indicatorType'], indicatorValue: string): LedgerEntry {
  return {
    ...{ indicatorType, indicatorValue, indicatorId: '4711', action: 'Block', owners: ['phishing'] },
    ...{ since: '2026-11-01T00:00:00Z', expirationTime: '2026-12-20T00:00:00Z', fingerprint: 'f' },
  };
}
export const indicator = { state: 'Present', action: 'Block', owners: ['phishing'] };

/** A file, a domain and an address that two machines met and an alert names. */
export async function setUpKnown(simulator: Simulator, policy: object = {}) {
  const questions = await setUpQuestions(simulator, policy);
  const { files, domains, ips, alerts: seeded, events } = questions.control;
  const profile = { sha1, sha256, md5, size: 4_096, fileType: 'Dll', globalPrevalence: 12 };
  files.seed(tenantId, [{ ...profile, determinationType: 'Malware', determinationValue: 'X', sightings: seenByBoth }]);
  domains.seed(tenantId, [{ host: 'bad.example', sightings: seenByBoth }]);
  ips.seed(tenantId, [{ ipAddress: '203.0.113.9', sightings: seenByBoth }]);
  const evidence = [
    { entityType: 'File', sha1, sha256 },
    { entityType: 'Url', url: 'https://bad.example/x' },
    { entityType: 'Ip', ipAddress: '203.0.113.9' },
  ];
  seeded.seed(tenantId, [{ id: 'da1', machineId: pc1.id, title: 'Beacon', severity: 'High', status: 'New', evidence }]);
  const event = { ReportId: 1, RemoteIP: '203.0.113.9' };
  events.add(tenantId, {
    table: 'DeviceNetworkEvents',
    rows: [
      { ...event, DeviceId: pc1.id, DeviceName: pc1.computerDnsName, Timestamp: '2026-11-18T00:00:00Z' },
      { ...event, DeviceId: srv1.id, DeviceName: srv1.computerDnsName, Timestamp: '2026-11-19T00:00:00Z' },
      { ...event, DeviceId: srv1.id, DeviceName: srv1.computerDnsName, Timestamp: '2026-11-17T00:00:00Z' },
    ],
  });
  return questions;
}
