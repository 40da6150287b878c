/** The steps of a process that are seen outside. */
export interface MortalSteps {
  /** Names of those made since the last `begin`. */
  readonly made: readonly string[];
  /** Starts to count anew. */
  begin(): void;
  /** After which step the process is to die, from 1; never, when absent. */
  dieAfter(nth: number | undefined): void;
  /** One is made. If it is the last one, the process is killed here (SIGKILL), and nobody has heard of the step. */
  take(name: string): void;
}

/** Counts steps, and kills this process after one of them. */
export function createMortalSteps(): MortalSteps {
  let made: string[] = [];
  let last: number | undefined;
  return {
    get made() {
      return made;
    },
    begin: () => {
      made = [];
    },
    dieAfter: (nth) => {
      last = nth;
    },
    take: (name) => {
      made.push(name);
      if (made.length === last) process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** A write to the engine's table, given as to the SDK, by how the operation stands after it. */
export function nameOfWrite(transaction: unknown): string {
  const [[kind, { status, stage }] = ['', {}]] = transaction as [string, { status?: string; stage?: string }][];
  if (kind === 'create') return 'accept';
  return status === undefined ? 'claim' : [status, stage].filter((word) => word !== undefined).join(' ');
}
