// An instance of the app, a process of its own: it runs the timer that carries alerts, and is killed at a write of an alert's
// responses.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isAcceptOfAction } from '../../builders/hooked-tables.ts';
import type { TableWrite } from '../../builders/hooked-tables.ts';
import { wireApp } from '../../builders/wired-app.ts';

/** What an alert's responses write. */
export type ResponseWrite = 'action' | 'evidence' | 'mark' | 'link';

/** At which write of its kind the process dies, from 1, and whether that is done by then. */
export interface ProcessDeath {
  readonly at: ResponseWrite;
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Where the instance is, and how it ends. */
export interface RespondingOptions {
  readonly origin: string;
  readonly caPem: string;
  readonly connectionString: string;
  readonly nowMs: number;
  readonly death: ProcessDeath;
}

const { origin, caPem, connectionString, nowMs, death } = JSON.parse(process.argv[2] ?? '') as RespondingOptions;
setDefaultCACertificates([...getCACertificates('default'), caPem]);
let time = nowMs;
const counts = { before: 0, after: 0 };

const app = wireApp({
  ...{ origin, connectionString, now: () => time },
  moveBy: (ms) => (time += ms),
  hooks: { before: dieIf('before'), after: dieIf('after') },
});
await app.tick('drainAlerts');
process.exit();

function dieIf(when: ProcessDeath['when']): (write: TableWrite) => void {
  return (write) => {
    if (death.when !== when || kindOf(write) !== death.at) return;
    counts[when] += 1;
    if (counts[when] === death.nth) process.kill(process.pid, 'SIGKILL');
  };
}

function kindOf(write: TableWrite): ResponseWrite | undefined {
  if (isAcceptOfAction(write)) return 'action';
  if (write.table !== 'ledger') return undefined;
  if (write.text.includes('"rowKey":"direct|')) return 'evidence';
  if (write.text.includes('"partitionKey":"direct"')) return 'mark';
  return write.text.includes('"rowKey":"alert-id|') ? 'link' : undefined;
}
