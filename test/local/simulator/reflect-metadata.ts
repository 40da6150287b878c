// @peculiar/x509 registers its algorithms through decorators, which look for the metadata functions on Reflect. Nothing that we use of
// it stores metadata, so these three are enough. Import this file before the library.
const metadata = new WeakMap<object, Map<unknown, unknown>>();

const read = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, {
    getMetadata: read,
    getOwnMetadata: read,
    defineMetadata: (key: unknown, value: unknown, target: object): void => {
      metadata.set(target, (metadata.get(target) ?? new Map()).set(key, value));
    },
  });
}
