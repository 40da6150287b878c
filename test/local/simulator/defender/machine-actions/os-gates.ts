import { defenderError } from '../errors.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineResource } from '../machines/resource.ts';
import type { ActionOrder } from './record.ts';

/** What an action needs; a platform that is not named cannot do it. */
interface Gate {
  /** Earliest version of Windows 10. */
  readonly windows10: string;
  /** Earliest Windows Server. */
  readonly server: number;
  /** Earliest version of the client; empty: any. */
  readonly linux?: string;
  readonly macOs?: string;
}

const isolation: Gate = { windows10: '1703', server: 2019, linux: '' };
const restriction: Gate = { windows10: '1709', server: 2019 };

/** Refuses an action that the machine's platform or version cannot do. */
export function checkPlatform(order: ActionOrder, machine: MachineResource): DefenderError | undefined {
  const gate = gateOf(order);
  if (!gate) return undefined;
  const { osPlatform, version, agentVersion } = machine;
  const unsupported = defenderError(
    'OsPlatformNotSupported',
    `OS Platform ${osPlatform} isn't supported for this action`,
  );
  const since = (earliest: string | undefined, found: string | null): DefenderError | undefined => {
    if (earliest === undefined) return unsupported;
    if (found === null || !isEarlier(found, earliest)) return undefined;
    return defenderError(
      'ClientVersionNotSupported',
      `${order.type} is supported on client version ${earliest} and above`,
    );
  };
  if (/^windows ?10/i.test(osPlatform)) return since(gate.windows10, version);
  if (/^windows ?11/i.test(osPlatform)) return undefined;
  const server = /^windows ?server ?(\d{4})/i.exec(osPlatform)?.[1];
  if (server !== undefined) return Number(server) >= gate.server ? undefined : unsupported;
  if (/^linux/i.test(osPlatform)) return since(gate.linux, agentVersion);
  return /^mac ?os/i.test(osPlatform) ? since(gate.macOs, agentVersion) : unsupported;
}

function gateOf({ type, scope }: ActionOrder): Gate | undefined {
  switch (type) {
    case 'Isolate':
      if (scope === 'UnManagedDevice') return undefined;
      return scope === 'Selective' ? { windows10: '1709', server: 2019 } : isolation;
    case 'Unisolate':
      return isolation;
    case 'RestrictCodeExecution':
    case 'UnrestrictCodeExecution':
      return restriction;
    case 'RunAntiVirusScan':
      return { windows10: '1709', server: 2019, linux: '101.98.84', macOs: '101.98.84' };
    case 'StopAndQuarantineFile':
      return { windows10: '1703', server: 2019 };
    case 'Offboard':
      return { windows10: '1703', server: 2012, linux: '101.26062.0007' };
    case 'LiveResponse':
      return { windows10: '1709', server: 2019, linux: '', macOs: '' };
    case 'CollectInvestigationPackage':
      return undefined;
  }
}

/** `1703` to `1909`, `20H2` to `24H2`, and dotted numbers, part by part. */
function isEarlier(found: string, earliest: string): boolean {
  const [left, right] = [toNumbers(found), toNumbers(earliest)];
  const index = right.findIndex((part, place) => part !== (left[place] ?? 0));
  return index >= 0 && (left[index] ?? 0) < (right[index] ?? 0);
}

function toNumbers(version: string): readonly number[] {
  const plain = version.replace(
    /^(\d{2})H([12])$/i,
    (_text, year: string, half: string) => `${year}${half === '1' ? '05' : '10'}`,
  );
  return plain.split('.').map(Number);
}
