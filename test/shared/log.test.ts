import { describe, expect, it } from 'vitest';
import { createLog } from '../../shared/log.ts';

function logged(act: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  act(
    createLog(
      (line) => lines.push(line),
      () => Date.parse('2026-11-20T10:00:00Z'),
    ),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLog', () => {
  it('writes one JSON line with time, level, event and fields', () => {
    const lines = logged((log) => {
      log.info('tenant.checked', { tenantId: 't1', tries: 2 });
      log.warn('tenant.suspended');
    });
    expect(lines).toEqual([
      { time: '2026-11-20T10:00:00.000Z', level: 'info', event: 'tenant.checked', tenantId: 't1', tries: 2 },
      { time: '2026-11-20T10:00:00.000Z', level: 'warn', event: 'tenant.suspended' },
    ]);
  });

  it('writes an error with its stack and causes, on one line', () => {
    const [line] = logged((log) =>
      log.error('request.failed', { error: new TypeError('outer', { cause: new Error('inner') }) }),
    );
    expect(line).toMatchObject({
      error: {
        name: 'TypeError',
        message: 'outer',
        stack: expect.stringContaining('log.test.ts'),
        cause: { message: 'inner' },
      },
    });
  });

  it('never lets a field take the place of its own, and never throws', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const lines = logged((log) => {
      log.info('a.happened', { event: 'b.faked', level: 'error', size: 10n });
      log.info('a.happened', { circular, id: 1 });
    });
    expect(lines[0]).toMatchObject({ event: 'a.happened', level: 'info', size: '10' });
    expect(lines[1]).toMatchObject({ event: 'a.happened', unwritable: ['circular', 'id'] });
  });
});
