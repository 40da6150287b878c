import type {
  LiveResponseCommand,
  MachineActionType,
} from '../../local/simulator/defender/machine-actions/resource.ts';
import type { Switches } from '../../local/simulator/switches.ts';

/** The operation of ours that started what runs, where that is ours. */
export const earlier = `op_${'a'.repeat(26)}`;
const commands: readonly LiveResponseCommand[] = [
  { type: 'RunScript', params: [{ key: 'ScriptName', value: 'triage.ps1' }] },
];

/** Each of Defender's nine as it is asked for, and as it runs. */
export const nine: Readonly<Record<MachineActionType, { readonly asked?: object; readonly running?: object }>> = {
  Isolate: { asked: { isolationType: 'Full' }, running: { scope: 'Full' } },
  Unisolate: {},
  RestrictCodeExecution: {},
  UnrestrictCodeExecution: {},
  RunAntiVirusScan: { asked: { scanType: 'Quick' }, running: { scope: 'Quick' } },
  StopAndQuarantineFile: { asked: { sha1: 'd'.repeat(40) }, running: { sha1: 'd'.repeat(40) } },
  CollectInvestigationPackage: {},
  LiveResponse: { asked: { commands }, running: { commands } },
  Offboard: {},
};
export const types = Object.keys(nine) as readonly MachineActionType[];

/** The same kind, asked for otherwise than it runs, and what becomes of it. */
export const otherwise: Partial<Record<MachineActionType, object>> = {
  Isolate: { isolationType: 'Selective' },
  RunAntiVirusScan: { scanType: 'Full' },
  StopAndQuarantineFile: { sha1: 'e'.repeat(40) },
  LiveResponse: { commands: [{ type: 'GetFile', params: [{ key: 'Path', value: 'C:\\t.zip' }] }] },
};

export interface Running {
  readonly isOurs: boolean;
  readonly status: 'Pending' | 'InProgress';
}

/** What becomes of a request, and how it ends when what ran fails and the machine then does what it is told. */
export const fates = {
  beside: 'Succeeded by its own',
  joined: 'Failed with the other',
  waits: 'Succeeded by its own',
  'canceled instead': 'Succeeded with nothing sent',
} as const;
export type Fate = keyof typeof fates;

/** Contract §5: rows are what is asked, columns are what runs, in the order of {@link nine}. */
const table = `
  Isolate                     = w . . . . . . .
  Unisolate                   c = . . . . . . .
  RestrictCodeExecution       . . = w . . . . .
  UnrestrictCodeExecution     . . c = . . . . .
  RunAntiVirusScan            . . . . = . . . .
  StopAndQuarantineFile       . . . . . = . . .
  CollectInvestigationPackage . . . . . . = . .
  LiveResponse                . . . . . . . = .
  Offboard                    . . . . . . . . =`;

const signs = new Map(
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [asked = '', ...row] = line.trim().split(/\s+/);
      return row.map((sign, index): [string, string] => [`${asked} ${types[index]}`, sign]);
    }),
);

/** By the table, and by what Defender keeps apart besides. */
export function expectedOf(
  asked: MachineActionType,
  { type, isOurs, status }: Running & { readonly type: MachineActionType },
  switches: Partial<Switches>,
): Fate {
  const sign = signs.get(`${asked} ${type}`);
  if (sign === '=') return 'joined';
  if (sign === 'w') return 'waits';
  // Only what is ours and not yet taken up is canceled.
  if (sign === 'c') return isOurs && status === 'Pending' ? 'canceled instead' : 'waits';
  return switches.oneActionPerDevice === true ? 'waits' : 'beside';
}
