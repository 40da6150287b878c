import { world } from './demo-world.ts';

const [{ tenantId, machines }] = world.tenants;
const [pc1] = machines;

/** A connection that pc1 made, as Defender's hunting tables hold it. */
export async function addConnection(
  simulatorOrigin: string,
  { at, to, visibleInMs }: { readonly at: string; readonly to: string; readonly visibleInMs?: number },
): Promise<void> {
  const row = {
    ...{ Timestamp: at, DeviceId: pc1.id, DeviceName: pc1.computerDnsName, ActionType: 'ConnectionSuccess' },
    ...{ RemoteIP: to, RemotePort: 443, InitiatingProcessFileName: 'rundll32.exe' },
  };
  const seed = {
    ...{ table: 'DeviceNetworkEvents', rows: [row] },
    ...(visibleInMs === undefined ? {} : { visibleAt: new Date(Date.now() + visibleInMs).toISOString() }),
  };
  const url = `${simulatorOrigin}/_simulator/tenants/${tenantId}/events`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(seed) });
  if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
}
