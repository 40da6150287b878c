import { describe, expect, test } from 'vitest';
import type { AskedIndicator } from '../../../../shared/indicators/direct/check-direct-indicator.ts';
import { checkDirectIndicator } from '../../../../shared/indicators/direct/check-direct-indicator.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const names = ['contoso.example'];
const domain = { indicatorType: 'DomainName', indicatorValue: 'bad.example', action: 'Block' } as const;
const check = (more: Partial<AskedIndicator>) => checkDirectIndicator({ ...domain, ...more }, { names, nowMs });

describe('an indicator that may be asked for', () => {
  test.each<[string, Partial<AskedIndicator>, string]>([
    ['in its normal form', { indicatorValue: 'Bad[.]Example.' }, 'DomainName|bad.example'],
    ['by what it is', { indicatorValue: '203.0.113.9' }, 'IpAddress|203.0.113.9'],
    ['for 90 days', { expirationTime: '2027-02-18T10:00:00Z' }, 'DomainName|bad.example'],
    ['allowed for 30 days', { action: 'Allowed', expirationTime: '2026-12-20T10:00:00Z' }, 'DomainName|bad.example'],
    ['beside a protected name', { indicatorValue: 'notcontoso.example' }, 'DomainName|notcontoso.example'],
  ])('%s', (_name, more, key) => {
    const checked = check(more);
    expect(checked.ok && `${checked.identity.indicatorType}|${checked.identity.indicatorValue}`).toBe(key);
  });
});

describe('an indicator that is refused', () => {
  test.each<[string, Partial<AskedIndicator>, readonly string[]]>([
    ['no value', { indicatorValue: 'no domain' }, ['indicatorValue invalid_value']],
    ['a hash of another length', { indicatorType: 'FileSha1', indicatorValue: 'ab' }, ['indicatorValue invalid_value']],
    [
      'a private address',
      { indicatorType: 'IpAddress', indicatorValue: '10.0.0.1' },
      ['indicatorValue private_address'],
    ],
    ['a range', { indicatorType: 'IpAddress', indicatorValue: '203.0.113.0/24' }, ['indicatorValue address_range']],
    ['an action that the type does not take', { action: 'BlockAndRemediate' }, ['action action_not_allowed']],
    ['a name of the partner', { indicatorValue: 'www.contoso.example' }, ['indicatorValue protected_name']],
    ['a time that is over', { expirationTime: '2026-11-20T10:00:00Z' }, ['expirationTime expired']],
    ['more than 90 days', { expirationTime: '2027-02-18T10:00:01Z' }, ['expirationTime invalid_value']],
    [
      'allowed for more than 30 days',
      { action: 'Allowed', expirationTime: '2026-12-20T10:00:01Z' },
      ['expirationTime invalid_value'],
    ],
    [
      'everything at once',
      { indicatorValue: 'contoso.example', action: 'BlockAndRemediate', expirationTime: '2020-01-01T00:00:00Z' },
      ['action action_not_allowed', 'indicatorValue protected_name', 'expirationTime expired'],
    ],
  ])('%s', (_name, more, errors) => {
    const checked = check(more);
    const told = checked.ok ? [] : checked.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(told).toEqual(errors.map((error) => `#/data/indicator/${error}`));
  });
});
