import { describe, expect, it } from 'vitest';
import { alertCreatedSchema, alertUpdatedSchema, eventTimeErrors } from '../../../shared/contract/alert.ts';
import { alertEnvelopeSchema } from '../../../shared/contract/event.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { refusals, withField } from '../../builders/refusals.ts';

const created: unknown = JSON.parse(contractExamples.alertCreated);
const file = { entityType: 'File' };
const machineId = 'a'.repeat(40);

describe('alert.created', () => {
  it.each<readonly [path: string, value: unknown, refusal: string]>([
    ['id', undefined, '#/id required'],
    ['id', '', '#/id too_short'],
    ['id', 'i'.repeat(129), '#/id too_long'],
    ['id', 8841, '#/id invalid_type'],
    ['title', '', '#/title too_short'],
    ['title', '😀'.repeat(128) + 'x', '#/title too_long'],
    ['description', 'd'.repeat(4001), '#/description too_long'],
    ['severity', 'Informational', '#/severity invalid_value'],
    ['severity', undefined, '#/severity required'],
    ['severity', 3, '#/severity invalid_type'],
    ['category', 'command and control', '#/category invalid_value'],
    ['eventTime', 1795168805765, '#/eventTime invalid_type'],
    ['eventTime', '2026-11-20T10:00:05+01:00', '#/eventTime invalid_format'],
    ['machine', undefined, '#/machine required'],
    ['machine', 'pc1', '#/machine invalid_type'],
    ['machine', {}, '#/machine required'],
    ['machine', { macAddress: '00:11:22:33:44:55' }, '#/machine required'],
    ['machine', { id: 'pc1' }, '#/machine/id invalid_format'],
    ['machine', { aadDeviceId: machineId }, '#/machine/aadDeviceId invalid_format'],
    ['machine', { computerDnsName: '' }, '#/machine/computerDnsName invalid_format'],
    ['machine', { computerDnsName: "pc1' or '1'='1" }, '#/machine/computerDnsName invalid_format'],
    ['machine', { computerDnsName: null }, '#/machine/computerDnsName invalid_type'],
    ['machine', { ipAddress: '10.0.0' }, '#/machine/ipAddress invalid_format'],
    ['machine', { ipAddress: '10.0.0.0/8' }, '#/machine/ipAddress invalid_format'],
    ['machine', { ipAddress: '0x0a.0.0.5' }, '#/machine/ipAddress invalid_format'],
    ['machine', { ipAddress: '127.0.0.1' }, '#/machine/ipAddress invalid_value'],
    ['machine', { ipAddress: '169.254.10.1' }, '#/machine/ipAddress invalid_value'],
    ['machine', { ipAddress: '::1' }, '#/machine/ipAddress invalid_value'],
    ['machine', { ipAddress: 'fe80::1' }, '#/machine/ipAddress invalid_value'],
    ['machine', { ipAddress: '::ffff:127.0.0.1' }, '#/machine/ipAddress invalid_value'],
    ['machine', { computerDnsName: 'pc1', macAddress: '1' }, '#/machine/macAddress invalid_format'],
    ['machine', { computerDnsName: 'pc1', hostname: 'pc1' }, '#/machine/hostname unknown_field'],
    ['evidence', {}, '#/evidence invalid_type'],
    ['evidence', Array(51).fill({ entityType: 'Url', url: 'bad.example' }), '#/evidence too_long'],
    ['evidence', [{}], '#/evidence/0/entityType required'],
    ['evidence', [{ entityType: 'Registry' }], '#/evidence/0/entityType invalid_value'],
    ['evidence', [file], '#/evidence/0 required'],
    ['evidence', [{ ...file, sha256: machineId }], '#/evidence/0/sha256 invalid_format'],
    ['evidence', [{ ...file, sha1: machineId, url: 'x' }], '#/evidence/0/url unknown_field'],
    ['evidence', [{ entityType: 'Process', fileName: 'a.exe' }], '#/evidence/0 required'],
    ['evidence', [{ entityType: 'Process', processId: -1 }], '#/evidence/0/processId invalid_value'],
    ['evidence', [{ entityType: 'Process', processId: '4711' }], '#/evidence/0/processId invalid_type'],
    ['evidence', [{ entityType: 'Ip' }], '#/evidence/0/ipAddress required'],
    ['evidence', [{ entityType: 'Ip', ipAddress: 'bad.example' }], '#/evidence/0/ipAddress invalid_format'],
    ['evidence', [{ entityType: 'Url' }], '#/evidence/0/url required'],
    ['evidence', [{ entityType: 'User', domainName: 'EXAMPLE' }], '#/evidence/0 required'],
    ['evidence', [{ entityType: 'User', userSid: 'ana' }], '#/evidence/0/userSid invalid_format'],
    ['reportId', '4711', '#/machine/id required'],
    ['reportId', 4711, '#/reportId invalid_type'],
    ['reportId', '47x', '#/reportId invalid_format'],
    ['recommendedAction', 'r'.repeat(1001), '#/recommendedAction too_long'],
    ['mitreTechniques', Array(21).fill('T1071'), '#/mitreTechniques too_long'],
    ['mitreTechniques', ['TA0011'], '#/mitreTechniques/0 invalid_format'],
    ['mitreTechniques', ['T1071.1'], '#/mitreTechniques/0 invalid_format'],
    ['sourceUrl', 'http://console.contoso.example', '#/sourceUrl invalid_format'],
    ['confidence', 80, '#/confidence unknown_field'],
  ])('%s = %j is refused', (path, value, refusal) => {
    expect(refusals(alertCreatedSchema, withField(created, path, value))).toEqual([refusal]);
  });

  it.each<readonly [path: string, value: unknown]>([
    ['title', '😀'.repeat(128)],
    ['evidence', undefined],
    ['machine', { ipAddress: '2001:db8::5' }],
    ['machine', { computerDnsName: 'PC_1-ä.example.test' }],
    ['evidence', [{ entityType: 'Process', sha256: 'B'.repeat(64) }]],
    ['evidence', [{ entityType: 'User', userSid: 'S-1-5-21-1-2-3-1001' }]],
  ])('%s = %j is taken', (path, value) => {
    expect(refusals(alertCreatedSchema, withField(created, path, value))).toEqual([]);
  });

  it('with the id of the machine a report id is taken', () => {
    const input = withField(withField(created, 'machine', { id: machineId.toUpperCase() }), 'reportId', '4711');
    expect(alertCreatedSchema.parse(input)).toMatchObject({ reportId: '4711', machine: { id: machineId } });
  });

  it('the event lies at most 30 days back and 5 minutes ahead', () => {
    const nowMs = Date.UTC(2026, 10, 20, 10);
    const codes = (time: string) => eventTimeErrors(time, nowMs).map(({ pointer, code }) => `${pointer} ${code}`);
    expect(['2026-10-21T10:00:00Z', '2026-11-20T10:05:00.0009999Z', '2026-11-20T09:59:59Z'].flatMap(codes)).toEqual([]);
    for (const time of ['2026-10-21T09:59:59.999Z', '2026-11-20T10:05:00.001Z', '0001-01-01T00:00:00Z']) {
      expect(codes(time)).toEqual(['#/data/eventTime invalid_value']);
    }
  });
});

describe('alert.updated', () => {
  it.each<readonly [input: unknown, refusal: string]>([
    [{ id: 'f1' }, '# required'],
    [{ status: 'New' }, '#/id required'],
    [{ id: 'f1', status: 'Unknown' }, '#/status invalid_value'],
    [{ id: 'f1', classification: 'Informational, expected activity' }, '#/classification invalid_value'],
    [{ id: 'f1', determination: 'Apt' }, '#/determination invalid_value'],
    [{ id: 'f1', classification: 'FalsePositive', determination: 'Malware' }, '#/determination mismatch'],
    [{ id: 'f1', assignedTo: '' }, '#/assignedTo too_short'],
    [{ id: 'f1', comment: 'c'.repeat(1001) }, '#/comment too_long'],
    [{ id: 'f1', title: 'x' }, '#/title unknown_field'],
  ])('%j is refused', (input, refusal) => {
    expect(refusals(alertUpdatedSchema, input)).toContain(refusal);
  });

  it.each([
    { id: 'f1', determination: 'Malware' },
    { id: 'f1', classification: 'TruePositive' },
    { id: 'f1', classification: 'InformationalExpectedActivity', determination: 'ConfirmedActivity' },
    { id: 'f1', classification: 'FalsePositive', determination: 'NotMalicious' },
    { id: 'f1', comment: 'Cleaned.' },
  ])('%j is taken', (input) => {
    expect(refusals(alertUpdatedSchema, input)).toEqual([]);
  });
});

describe('the envelope of an alert', () => {
  const envelope = JSON.parse(contractExamples.envelope) as Record<string, unknown>;
  const ocsf = {
    ...envelope,
    type: 'ocsf.detection_finding',
    data: { class_uid: 2004, unmapped: null, any: ['thing'] },
  };

  it.each<readonly [change: object, refusal: string]>([
    [{ type: undefined }, '#/type required'],
    [{ type: 'alert.deleted' }, '#/type invalid_value'],
    [{ timestamp: '2026-11-20' }, '#/timestamp invalid_format'],
    [{ tenantId: undefined }, '#/tenantId required'],
    [{ tenantId: 'fabrikam' }, '#/tenantId invalid_format'],
    [{ dryRun: 'true' }, '#/dryRun invalid_type'],
    [{ data: undefined }, '#/data required'],
    [{ data: { class_uid: 2001 } }, '#/data/class_uid invalid_value'],
    [{ data: {} }, '#/data/class_uid required'],
    [{ id: 'x' }, '#/id unknown_field'],
  ])('%j is refused', (change, refusal) => {
    expect(refusals(alertEnvelopeSchema, JSON.parse(JSON.stringify({ ...ocsf, ...change })))).toEqual([refusal]);
  });

  it('fields of an OCSF event pass, null among them', () => {
    expect(alertEnvelopeSchema.parse(ocsf)).toEqual({ ...ocsf, dryRun: false });
  });

  it('two wrong fields of the data are both named, from the root of the body', () => {
    const data = withField(withField(created, 'severity', 'Critical'), 'machine', {});
    const found = refusals(alertEnvelopeSchema, { ...envelope, data });
    expect(found.toSorted()).toEqual(['#/data/machine required', '#/data/severity invalid_value']);
  });
});
