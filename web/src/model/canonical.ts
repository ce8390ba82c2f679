import { isObject, type Json } from './path';

/**
 * Members in the order a person expects: what a thing is, what it is called, then what it does. The order follows the Go
 * structs, which is also the order of the canonical form on the server; members not listed come after, as they stand.
 */
const ORDER = [
  'spec',
  'key',
  'was',
  'type',
  'form',
  'process',
  'kind',
  'name',
  'help',
  'code',
  'title',
  'subject',
  'body',
  'languages',
  'timezone',
  'currency',
  'calendar',
  'template',
  'roles',
  'options',
  'forms',
  'processes',
  'approvals',
  'rules',
  'automations',
  'views',
  'reports',
  'dashboards',
  'tests',
  'layout',
] as const;
const rank = new Map<string, number>(ORDER.map((k, i) => [k, i]));

function ordered(v: Json, inMap: boolean): Json {
  if (Array.isArray(v)) return v.map((e) => ordered(e, false));
  if (!isObject(v)) return v;
  const keys = Object.keys(v);
  // Maps by field or stage key keep their order; it may mean something to whoever wrote it.
  if (!inMap) keys.sort((a, b) => (rank.get(a) ?? ORDER.length) - (rank.get(b) ?? ORDER.length));
  return Object.fromEntries(
    keys
      .filter((k) => v[k] !== undefined)
      .map((k) => [k, ordered(v[k], k === 'set' || k === 'with' || k === 'fill' || k === 'layout' || k === 'data')]),
  );
}

/** The definition as text: stable member order, two spaces. */
export function canonical(def: Json): string {
  return JSON.stringify(ordered(def, false), null, 2) + '\n';
}
