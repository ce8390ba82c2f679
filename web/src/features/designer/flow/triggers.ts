/** An action of one automation that sets off another, as the server tells. */
export interface SetsOff {
  from: string;
  to: string;
  /** The action. */
  path: string;
  what: 'created' | 'updated' | 'transition' | 'entered' | 'left' | 'date' | 'due' | 'idle';
  /** A wait or the clock comes between. */
  later: boolean;
  /** It lies on a circle of automations that set each other off at once. */
  loop: boolean;
}

/** The automations that an edge touches, causes before what they cause where that can be: a walk from those that nothing sets off. */
export function inOrder(keys: readonly string[], edges: readonly SetsOff[]): string[] {
  const touched = keys.filter((k) => edges.some((e) => e.from === k || e.to === k));
  const done: string[] = [];
  const open = new Set<string>();
  const visit = (key: string) => {
    if (open.has(key)) return;
    open.add(key);
    for (const e of edges) if (e.from === key) visit(e.to);
    done.push(key);
  };
  const caused = new Set(edges.filter((e) => e.from !== e.to).map((e) => e.to));
  // Visited last to first, finished last to first: what comes first in the list stays first where edges leave it free.
  for (const key of [...touched].reverse()) if (!caused.has(key)) visit(key);
  for (const key of [...touched].reverse()) visit(key);
  return done.reverse();
}
