import { defenderMachineSchema } from '../../shared/defender/machine-rows.ts';
import type { DefenderMachine } from '../../shared/defender/machine-rows.ts';

/** A machine as Defender gives it: an ordinary laptop unless said otherwise. */
export function aDefenderMachine(over: Readonly<Record<string, unknown>> = {}): DefenderMachine {
  return defenderMachineSchema.parse({
    ...{ id: 'a'.repeat(40), computerDnsName: 'pc1.example.test', osPlatform: 'Windows11', version: '24H2' },
    ...{ healthStatus: 'Active', onboardingStatus: 'Onboarded', deviceValue: 'Normal', machineTags: [] },
    ...over,
  });
}
