import { type Change } from './change';
import { type Definition, type Text } from './definition';
import { isUnder, locate, locateNearest, valueAt } from './path';

export type Severity = 'error' | 'warning';

/** What the checker on the server found, at its place. */
export interface Problem {
  path: string;
  code: string;
  severity: Severity;
  message: Text;
  line?: number;
  col?: number;
  fix?: Fix;
}

export interface Fix {
  title: Text;
  changes: FixChange[];
}

export interface FixChange {
  path: string;
  value?: unknown;
  remove?: boolean;
}

export function problemsAt(problems: readonly Problem[], path: string): Problem[] {
  return problems.filter((p) => p.path === path);
}

export function problemsUnder(problems: readonly Problem[], path: string): Problem[] {
  return problems.filter((p) => isUnder(p.path, path));
}

/** The problems that a control for `path` shows: its own, and those below that no other control of the panel shows. */
export function problemsFor(problems: readonly Problem[], path: string, inner: readonly string[] = []): Problem[] {
  return problemsUnder(problems, path).filter((p) => !inner.some((i) => isUnder(p.path, i)));
}

export function countProblems(problems: readonly Problem[]): { errors: number; warnings: number } {
  let errors = 0;
  for (const p of problems) if (p.severity === 'error') errors++;
  return { errors, warnings: problems.length - errors };
}

/** Errors first, then in the order of the definition as the checker gave them. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const rank = (p: Problem) => (p.severity === 'error' ? 0 : 1);
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

/** What identifies a problem while the definition does not change. */
export function problemId(p: Problem): string {
  return `${p.code} ${p.path} ${p.line ?? 0}:${p.col ?? 0}`;
}

/** A fix as one change of this definition; undefined when a place it names is gone. */
export function fixChange(def: Definition, fix: Fix): Change | undefined {
  const changes: Change[] = [];
  for (const c of fix.changes) {
    const at = locate(def, c.path);
    if (at === undefined) return undefined;
    const last = at.at(-1);
    if (c.remove) {
      if (!locateNearest(def, c.path).whole) return undefined;
      if (typeof last === 'number') changes.push({ op: 'remove', at: at.slice(0, -1), index: last });
      else changes.push({ op: 'set', at });
    } else if (typeof last === 'number' && valueAt(def, at) === undefined) {
      changes.push({ op: 'insert', at: at.slice(0, -1), index: last, value: c.value });
    } else {
      changes.push({ op: 'set', at, value: c.value });
    }
  }
  return { op: 'all', changes };
}
