import { expect, test } from 'vitest';
import { createHostLog, isLogged } from './logs.ts';

const levels = {
  default: 'Warning',
  Function: 'Information',
  'Function.sync': 'Error',
  'Function.sync.User': 'Debug',
  Host: 'None',
};

test.each([
  ['information', 'Function.alerts', true],
  ['debug', 'Function.alerts', false],
  ['warning', 'Function.sync', false],
  ['error', 'Function.sync', true],
  ['debug', 'Function.sync.User', true],
  ['trace', 'Function.sync.User', false],
  ['information', 'Worker', false],
  ['warning', 'Worker', true],
  ['critical', 'Host.Startup', false],
] as const)('%s of %s is written: %s', (level, category, expected) => {
  expect(isLogged(levels, level, category)).toBe(expected);
});

test('without levels, Information and more is written, with the time', () => {
  const written: string[] = [];
  const log = createHostLog({ logLevels: {}, now: () => 0, write: (text) => written.push(text) });
  log('debug', 'x', 'no');
  log('information', 'x', 'yes');
  log('none', 'x', 'no');
  expect(written).toEqual(['[1970-01-01T00:00:00.000Z] yes\n']);
});
