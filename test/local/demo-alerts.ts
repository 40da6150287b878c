import { addConnection } from './demo-events.ts';
import { say } from './demo-screen.ts';
import type { DemoPartner, ShownOperation } from './demo-partner.ts';
import { world } from './demo-world.ts';

const [{ machines }] = world.tenants;
const [pc1] = machines;
const attacker = '203.0.113.9';

/** Chapter: four alerts of the partner's product, and what Defender makes of them. */
export function createAlertChapter(partner: DemoPartner, simulatorOrigin: string) {
  // Ids that no earlier demo of the same stack took.
  const run = Date.now().toString(36);
  // Nor has an earlier one connected there.
  const newServer = `198.51.100.${1 + (Math.floor(Date.now() / 1_000) % 254)}`;
  let late: ShownOperation | undefined;

  async function send(): Promise<void> {
    say("\nAlerts, as the partner's product sends them");
    const [seen, unseen] = [toTime(Date.now() - 90_000), toTime(Date.now() - 30_000)];
    await addConnection(simulatorOrigin, { at: seen, to: attacker });
    await addConnection(simulatorOrigin, { at: unseen, to: newServer, visibleInMs: 45_000 });

    await show('lands', toAlert(`${run}-1`, { eventTime: seen, machine: { computerDnsName: pc1.computerDnsName } }));
    await show(
      'two machines could be meant',
      toAlert(`${run}-2`, { eventTime: seen, machine: { computerDnsName: 'kiosk1' } }),
    );
    late = await show(
      'its event is not in Defender yet',
      toAlert(`${run}-3`, {
        ...{ title: 'Connection to a new server', eventTime: unseen, machine: { id: pc1.id } },
        evidence: [{ entityType: 'Ip', ipAddress: newServer }],
      }),
    );
    await show('OCSF', { type: 'ocsf.detection_finding', data: toFinding(`${run}-4`, Date.parse(seen)) });
  }

  async function show(what: string, envelope: Readonly<Record<string, unknown>>): Promise<ShownOperation> {
    const { status, body } = await partner.send(envelope);
    if (status >= 400) throw new Error(`The alert was answered ${status}: ${JSON.stringify(body)}`);
    // A slow machine is let finish what needs no waiting.
    const shown = await partner.follow(body, 'alerts', (now) => hasEnded(now) || now.stage === 'FindingEvent');
    say(`  ${what}: ${toLines(shown).join('\n    ')}`);
    return shown;
  }

  /** `isTimeOver`: the event can be seen by now; otherwise the app goes on looking by itself. */
  async function showLateEvent(isTimeOver: boolean): Promise<void> {
    if (late === undefined) return;
    if (!isTimeOver) {
      say(`\nThe late alert is looked for again at ${late.nextAttemptAt ?? 'its next time'}: operation ${late.id}`);
      return;
    }
    const ended = await partner.follow(late, 'alerts', hasEnded);
    say(`  the late alert: ${toLines(ended).join('\n    ')}`);
  }

  return { send, showLateEvent };
}

function hasEnded({ status }: ShownOperation): boolean {
  return status === 'Succeeded' || status === 'Failed';
}

function toAlert(id: string, over: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    type: 'alert.created',
    data: {
      id,
      ...{ title: 'Beacon to known command-and-control server', severity: 'High', category: 'CommandAndControl' },
      ...{ description: `rundll32.exe contacted ${attacker} every 60 s.`, mitreTechniques: ['T1071.001'] },
      evidence: [{ entityType: 'Ip', ipAddress: attacker }],
      ...over,
    },
  };
}

/** As a product that speaks OCSF 1.x reports it. */
function toFinding(uid: string, timeMs: number): Readonly<Record<string, unknown>> {
  return {
    ...{ class_uid: 2004, activity_id: 1, severity_id: 4, time: timeMs },
    finding_info: {
      ...{ uid, title: 'Known bad address contacted', desc: `A connection to ${attacker}.` },
      ...{ last_seen_time: timeMs, attacks: [{ tactic: { uid: 'TA0011' }, technique: { uid: 'T1071' } }] },
    },
    device: { hostname: 'pc1', domain: 'example.test' },
    evidences: [{ dst_endpoint: { ip: attacker } }],
  };
}

function toLines({ id, status, stage, nextAttemptAt, result = {}, error }: ShownOperation): readonly string[] {
  const { machine, event, alertId, merged } = result as {
    readonly machine?: { readonly computerDnsName?: string };
    readonly event?: { readonly table: string; readonly timestamp: string; readonly matchedBy: string };
    readonly alertId?: string;
    readonly merged?: boolean;
  };
  const candidates = error?.candidates?.map(({ computerDnsName }) => computerDnsName).join(', ');
  return [
    `${status}${stage === undefined ? '' : `, ${stage}`}${error ? `, ${error.code}` : ''} (${id})`,
    ...(machine === undefined ? [] : [`machine ${machine.computerDnsName ?? 'without a name'}`]),
    ...(event === undefined ? [] : [`event ${event.table} ${event.timestamp}, by ${event.matchedBy}`]),
    ...(alertId === undefined
      ? []
      : [`Defender alert ${alertId}${merged === true ? ', merged into an open one' : ''}`]),
    ...(candidates === undefined ? [] : [`candidates ${candidates}`]),
    ...(nextAttemptAt === undefined ? [] : [`next look ${nextAttemptAt}`]),
  ];
}

/** Seven fractional digits, as Defender prints times. */
function toTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '1234Z');
}
