import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMadeBy, toDefenderAlert } from '../../../functions/alert-ingest/to-defender-alert.ts';
import type { DefenderAlertParts } from '../../../functions/alert-ingest/to-defender-alert.ts';
import { alertCreatedSchema } from '../../../shared/contract/alert.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';

const alert = alertCreatedSchema.parse(JSON.parse(contractExamples.alertCreated));
const { recommendedAction: _action, sourceUrl: _url, ...plain } = alert;
const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const parts = (more: Partial<DefenderAlertParts> = {}): DefenderAlertParts => ({
  ...{ alert, machineId: 'a'.repeat(40), event: { timestamp: '2026-11-20T10:00:04.1234567Z', reportId: '20776' } },
  ...{ operationId, displayName: 'Contoso Cognito', onSameTitle: 'Merge' },
  ...more,
});
const bodyOf = (more: Partial<DefenderAlertParts>) => toDefenderAlert(parts(more)).body;

describe('toDefenderAlert', () => {
  it('is the call that Microsoft documents', () => {
    expect(toDefenderAlert(parts())).toEqual({
      method: 'POST',
      path: '/api/alerts/CreateAlertByReference',
      body: {
        machineId: 'a'.repeat(40),
        eventTime: '2026-11-20T10:00:04.1234567Z',
        reportId: '20776',
        severity: 'High',
        title: 'Beacon to known command-and-control server',
        description: `rundll32.exe contacted 203.0.113.9 every 60 s.\n\nTechniques: T1071.001\nhttps://console.contoso.example/findings/8841\n[${operationId}]`,
        recommendedAction: 'Isolate the machine and collect a package.',
        category: 'CommandAndControl',
      },
    });
  });

  it('says what to do when the alert does not', () => {
    expect(bodyOf({ alert: plain }).recommendedAction).toBe('Open the alert in Contoso Cognito.');
  });

  it.each([
    ['nothing to add', { ...plain, mitreTechniques: [] }, ''],
    ['techniques', { ...plain, mitreTechniques: ['T1059', 'T1071'] }, 'Techniques: T1059, T1071\n'],
    ['a source', { ...alert, mitreTechniques: [] }, 'https://console.contoso.example/findings/8841\n'],
  ])('describes: %s', (_name, given, added) => {
    expect(bodyOf({ alert: given }).description).toBe(`${alert.description}\n\n${added}[${operationId}]`);
  });

  it('ends in the mark of a dry run', () => {
    expect(bodyOf({ operationId: undefined }).description).toMatch(/\n\[op_…\]$/);
  });

  it.each([
    ['Merge', 't', 'f', 't'],
    ['Merge', 't'.repeat(256), 'f', 't'.repeat(256)],
    ['Distinct', 't', 'f', 't (f)'],
    ['Distinct', 't'.repeat(256), 'f', `${'t'.repeat(252)} (f)`],
    ['Distinct', 't'.repeat(256), 'f'.repeat(128), `${'t'.repeat(125)} (${'f'.repeat(128)})`],
    ['Distinct', `${'t'.repeat(251)}😀`, 'f', `${'t'.repeat(251)} (f)`],
  ] as const)('%s: the title of %s', (onSameTitle, title, id, expected) => {
    expect(bodyOf({ alert: { ...alert, title, id }, onSameTitle }).title).toBe(expected);
  });

  it('keeps distinct what is, within the limit', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 128, unit: 'binary' }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(ids, fc.string({ minLength: 1, maxLength: 256, unit: 'binary' }), (pair, title) => {
        const short = pair.map((id) => id.slice(0, 128));
        fc.pre(short[0] !== short[1]);
        const titles = short.map(
          (id) => bodyOf({ alert: { ...alert, title: title.slice(0, 256), id }, onSameTitle: 'Distinct' }).title,
        );
        expect(Math.max(...titles.map(({ length }) => length))).toBeLessThanOrEqual(256);
        expect(titles[0]?.endsWith(` (${short[0]})`)).toBe(true);
      }),
    );
  });
});

describe('isMadeBy', () => {
  it.each([
    ['ours', { description: `d\n\n[${operationId}]` }, true],
    ['another’s', { description: 'd\n\n[op_aaaaaaaaaaaaaaaaaaaaaaaaaa]' }, false],
    ['none', {}, false],
  ])('%s', (_name, given, expected) => {
    expect(isMadeBy(operationId, given)).toBe(expected);
  });
});
