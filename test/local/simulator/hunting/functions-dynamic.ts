import { fromJson, isKind, keyOf, toJson, toText } from './values.ts';
import type { ScalarFunction, ScalarFunctions } from './functions.ts';
import type { Value } from './values.ts';

const pack: ScalarFunction = (values) =>
  fromJson(
    Object.fromEntries(
      values.flatMap((value, index) => (index % 2 === 0 ? [[toText(value), toJson(values[index + 1] ?? null)]] : [])),
    ),
  );

export const dynamicFunctions: ScalarFunctions = {
  array_length: ([value = null]) => listOf(value)?.length ?? null,
  array_index_of: ([list = null, wanted = null]) =>
    listOf(list)?.findIndex((item) => keyOf(fromJson(item)) === keyOf(wanted)) ?? null,
  set_has_element: ([list = null, wanted = null]) =>
    listOf(list)?.some((item) => keyOf(fromJson(item)) === keyOf(wanted)) ?? null,
  array_concat: (values) => fromJson(values.flatMap((value) => listOf(value) ?? [])),
  set_union: (values) => toSet(values.flatMap((value) => listOf(value) ?? [])),
  set_intersect: ([first = null, ...others]) =>
    toSet((listOf(first) ?? []).filter((item) => others.every((other) => holds(other, item)))),
  set_difference: ([first = null, ...others]) =>
    toSet((listOf(first) ?? []).filter((item) => !others.some((other) => holds(other, item)))),
  pack_array: (values) => fromJson(values.map(toJson)),
  bag_pack: pack,
  pack,
  bag_keys: ([value = null]) =>
    isKind(value, 'dynamic') && !Array.isArray(value.json) ? fromJson(Object.keys(value.json)) : null,
  bag_has_key: ([value = null, key = '']) => isKind(value, 'dynamic') && Object.hasOwn(value.json, toText(key)),
};

function listOf(value: Value): readonly unknown[] | undefined {
  return isKind(value, 'dynamic') && Array.isArray(value.json) ? (value.json as readonly unknown[]) : undefined;
}

function holds(list: Value, item: unknown): boolean {
  return listOf(list)?.some((each) => keyOf(fromJson(each)) === keyOf(fromJson(item))) ?? false;
}

function toSet(items: readonly unknown[]): Value {
  return fromJson([...new Map(items.map((item) => [keyOf(fromJson(item)), item])).values()]);
}
