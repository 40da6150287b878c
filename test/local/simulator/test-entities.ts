import { setUpAlerts } from './test-alerts.ts';
import { beforeEach } from 'vitest';
import { srv1 } from './test-machines.ts';
import { tenantId } from './test-world.ts';
import type { AlertBench } from './test-alerts.ts';

export const sha1 = '1'.repeat(40);
export const sha256 = '2'.repeat(64);
export const entityRoles = [
  ...['File.Read.All', 'Url.Read.All', 'Ip.Read.All', 'Alert.Read.All', 'Machine.Read.All', 'User.Read.All'],
  'Vulnerability.Read.All',
];

/** As for alerts, with a second machine, no entity of its own, and the roles to read them all. */
export function setUpEntities(): AlertBench {
  const bench = setUpAlerts();
  beforeEach(async () => {
    const { machines, files, domains, ips, vulnerabilities, quotas } = bench.control();
    for (const part of [files, domains, ips, vulnerabilities]) part.clear(tenantId);
    machines.seed(tenantId, [srv1]);
    quotas.clear();
    await bench.use(entityRoles);
  });
  return bench;
}
