import type { Definition, Process } from '@/model/definition';
import { joinKeyPath, splitKeyPath } from '@/model/path';
import type { Mark } from '@/ui/flowDrawing';
import type { DiffItem } from '../api';

const within = (path: string, at: string) => path === at || path.startsWith(`${at}/`);

/** The approval chains that a thing of the process waits for. */
function chainsOf(processes: readonly (Process | undefined)[], at: string | undefined): Set<string> {
  const out = new Set<string>();
  for (const p of processes) {
    for (const x of p?.transitions ?? []) {
      if (x.approval !== undefined && (at === undefined || at === `/processes/${p?.key}/transitions/${x.key}`)) out.add(x.approval);
    }
    for (const s of p?.stages ?? []) {
      if (s.approval && (at === undefined || at === `/processes/${p?.key}/stages/${s.key}`)) out.add(s.approval.chain);
    }
  }
  return out;
}

/** What differs of a process, or of one thing in it: in itself, and in the approvals it waits for. */
export function differencesOf(items: readonly DiffItem[], sides: readonly (Process | undefined)[], key: string, at?: string): DiffItem[] {
  const chains = [...chainsOf(sides, at)].map((c) => `/approvals/${c}`);
  const base = at ?? `/processes/${key}`;
  return items.filter((i) => within(i.path, base) || (at !== undefined && i.path === `/processes/${key}`) || chains.some((c) => within(i.path, c)));
}

/** Which stages and transitions differ, by key path. A process that one side does not have differs in all of it. */
export function marksOf(items: readonly DiffItem[], sides: readonly (Process | undefined)[], key: string): Map<string, Mark> {
  const out = new Map<string, Mark>();
  const base = `/processes/${key}`;
  const things = sides.flatMap((p) => [
    ...(p?.stages ?? []).map((s) => ({ path: `${base}/stages/${s.key}`, chain: s.approval?.chain })),
    ...(p?.transitions ?? []).map((x) => ({ path: `${base}/transitions/${x.key}`, chain: x.approval })),
  ]);
  for (const item of items) {
    if (item.path === base && item.kind !== 'changed') {
      for (const thing of things) out.set(thing.path, item.kind);
      continue;
    }
    if (within(item.path, base)) {
      const parts = splitKeyPath(item.path);
      const path = joinKeyPath(parts.slice(0, 4));
      if (parts.length < 4 || !things.some((x) => x.path === path)) continue;
      if (parts.length === 4) out.set(path, item.kind);
      else if (!out.has(path)) out.set(path, 'changed');
    }
    for (const thing of things) {
      if (thing.chain !== undefined && within(item.path, `/approvals/${thing.chain}`) && !out.has(thing.path)) out.set(thing.path, 'changed');
    }
  }
  return out;
}

/** The processes of both sides, those of the second first, each once. */
export function processesOf(from: Definition | undefined, to: Definition | undefined): Process[] {
  const out = [...(to?.processes ?? [])];
  for (const p of from?.processes ?? []) if (!out.some((x) => x.key === p.key)) out.push(p);
  return out;
}
