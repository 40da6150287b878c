// Loads a bundle with a stand-in for what the language worker supplies, and prints the milliseconds since the process started.
import { createRequire, registerHooks } from 'node:module';

const core = 'measure:functions-core';
const source =
  'module.exports = { setProgrammingModel() {}, registerFunction() {}, registerHook() { return { dispose() {} }; }, log() {} };';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core'
      ? { url: core, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === core ? { format: 'commonjs', source, shortCircuit: true } : next(url, context),
});
createRequire(import.meta.url)(process.argv[2]);
process.stdout.write(String(performance.now()), () => process.exit(0));
