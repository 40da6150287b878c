import { expect, it } from 'vitest';
import { defenderLimits } from '../../../shared/defender/limits.ts';

it('has a row for each limit that Microsoft documents', () => {
  const rows = Object.entries<{ perMinute?: number; perHour?: number }>(defenderLimits);
  expect(rows.map(([name, { perMinute, perHour }]) => `${name} ${perMinute ?? '-'}/${perHour ?? '-'}`)).toEqual([
    'alerts 100/1500',
    'alertsBatchUpdate 10/500',
    'alertsCreateByReference 15/-',
    'machines 100/1500',
    'machineActions 100/1500',
    'machineActionsPackageUri 2/120',
    'liveResponseRun 10/-',
    'liveResponseResult 100/1500',
    'libraryFiles 100/1500',
    'investigationsStart -/50',
    'investigations 100/1500',
    'indicators 100/1500',
    'indicatorsImport 30/-',
    'indicatorsBatchDelete 30/1500',
    'hunting 45/1500',
    'entities 100/1500',
    'graphSecurity 150/-',
    'vulnerabilityExport 30/1000',
    'vulnerabilityExportFiles 5/20',
  ]);
});
