// `npm run token -- admin`: a token for the running stack, as `az account get-access-token` gives one in Azure.
import { fetchAdminToken } from './admin-token.ts';
import { openRunningStack } from './running-stack.ts';

const [who, ...more] = process.argv.slice(2);
if (who !== 'admin' || more.length > 0) {
  process.stderr.write('Usage: npm run token -- admin\n');
  process.exit(2);
}
const stack = await openRunningStack();
if (stack === undefined) {
  process.stderr.write('No running stack: start one with "npm start".\n');
  process.exit(1);
}
process.stdout.write(`${await fetchAdminToken(stack.simulatorOrigin)}\n`);
