import { expect, test } from 'vitest';
import type { IndicatorAction, IndicatorType } from '../../../../shared/contract/indicator.ts';
import { checkAction } from '../../../../shared/indicators/guard/check-action.ts';

const columns: readonly IndicatorAction[] = ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate'];

test.each<[IndicatorType, string]>([
  ['FileSha1', 'yyyyy'],
  ['FileSha256', 'yyyyy'],
  ['FileMd5', 'yyyyy'],
  ['IpAddress', 'yyyyn'],
  ['DomainName', 'yyyyn'],
  ['Url', 'yyyyn'],
  ['CertificateThumbprint', 'ynnny'],
])('%s: Allowed, Audit, Warn, Block, BlockAndRemediate = %s', (type, row) => {
  expect(columns.map((action) => (checkAction(type, action).ok ? 'y' : 'n')).join('')).toBe(row);
});

test('a refusal says what is possible', () => {
  expect(checkAction('CertificateThumbprint', 'Block')).toEqual({
    ok: false,
    code: 'action_not_allowed',
    detail: 'Block is not possible for CertificateThumbprint: one of Allowed, BlockAndRemediate.',
  });
});
