import { randomInt } from 'node:crypto';
import { ticksPerMs, toTimeText } from '../../hunting/ticks.ts';
import { toEvidence } from './resource.ts';
import type { AlertEvidence, AlertResource } from './resource.ts';

/** An alert of Microsoft's own detections, unless it says otherwise: only its machine and title are needed. */
export type AlertSeed = Partial<Omit<AlertResource, 'evidence'>> &
  Pick<AlertResource, 'machineId' | 'title'> & {
    readonly evidence?: readonly (Partial<AlertEvidence> & Pick<AlertEvidence, 'entityType'>)[];
  };

export interface SeedContext {
  readonly tenantId: string;
  readonly nowMs: number;
  readonly incidentId: number;
}

/** Throws a `RangeError` when machine or title are missing. */
export function fromSeed({ evidence = [], ...seed }: AlertSeed, context: SeedContext): AlertResource {
  if (typeof seed.machineId !== 'string' || typeof seed.title !== 'string') {
    throw new RangeError('An alert needs a machineId and a title.');
  }
  const now = toTimeText(BigInt(context.nowMs) * ticksPerMs);
  const alert = {
    ...defaults(now, context),
    ...seed,
    id: seed.id ?? newAlertId(context.nowMs),
    machineId: seed.machineId.toLowerCase(),
  };
  return {
    ...alert,
    evidence: evidence.map((item) => toEvidence({ evidenceCreationTime: alert.alertCreationTime, ...item })),
  };
}

function defaults(
  now: string,
  { tenantId, incidentId }: SeedContext,
): Omit<AlertResource, 'id' | 'machineId' | 'title'> {
  return {
    ...{ incidentId, investigationId: null, assignedTo: null, severity: 'Medium', status: 'New' },
    ...{ classification: null, determination: null, investigationState: 'UnsupportedAlertType' },
    ...{ detectionSource: 'WindowsDefenderAtp', detectorId: '7a000000-0000-4000-8000-000000000001' },
    ...{ category: 'Execution', threatFamilyName: null, threatName: null, description: 'Seeded' },
    ...{ recommendedAction: null, alertCreationTime: now, firstEventTime: now, lastEventTime: now },
    ...{ lastUpdateTime: now, resolvedTime: null, computerDnsName: null, rbacGroupName: 'UnassignedGroup' },
    ...{ aadTenantId: tenantId, mitreTechniques: [], relatedUser: null, loggedOnUsers: [], comments: [] },
    evidence: [],
  };
}

/** `da`, .NET ticks of the creation, and a signed number. */
function newAlertId(nowMs: number): string {
  const dotNetTicks = BigInt(nowMs) * ticksPerMs + 621_355_968_000_000_000n;
  return `da${dotNetTicks}_${randomInt(-(2 ** 31), 2 ** 31)}`;
}
