import { type Process, type Stage } from './definition';

/** The five questions every stage answers (ENG-14), in the order of the dots on its card. */
export const QUESTIONS = ['what', 'who', 'how', 'complete', 'next'] as const;
export type Question = (typeof QUESTIONS)[number];

/** Which of the five questions an open stage answers, by the rules of the checker (runtime/process, stage.unanswered). An end answers none: nothing is done there any more. */
export function answers(process: Process, stage: Stage): Record<Question, boolean> {
  return {
    what: stage.goal !== undefined,
    who: stage.owner !== undefined && (Array.isArray(stage.owner) ? stage.owner.length > 0 : true),
    how: stage.kind !== undefined,
    complete: completes(process, stage),
    next: leaving(process, stage.key).some((t) => t.to !== stage.key),
  };
}

/** Whether anything tells when the work of a stage is done: something asked for in the stage, or on the way on. */
function completes(process: Process, stage: Stage): boolean {
  if (stage.checklist?.some((i) => i.required) || stage.activities?.some((a) => a.required)) return true;
  if ((stage.leaveIf?.length ?? 0) > 0 || stage.approval !== undefined || (stage.fields?.require?.length ?? 0) > 0) return true;
  return leaving(process, stage.key).some((t) => {
    const to = process.stages.find((s) => s.key === t.to);
    if (to === undefined || to.end === 'lost' || to.end === 'cancelled') return false;
    return t.if !== undefined || t.approval !== undefined || [to.needs, to.enterIf, t.ask].some((l) => (l?.length ?? 0) > 0);
  });
}

/** The transitions that can be taken from a stage; "*" stands for every open stage. */
export function leaving(process: Process, stage: string): NonNullable<Process['transitions']> {
  const open = process.stages.some((s) => s.key === stage && s.end === undefined);
  return (process.transitions ?? []).filter((t) => t.from.includes(stage) || (open && t.from.includes('*') && t.to !== stage));
}

/** The stages a transition starts from, "*" spelled out. */
export function sources(process: Process, from: readonly string[], to: string): string[] {
  if (!from.includes('*')) return from.filter((k) => process.stages.some((s) => s.key === k));
  return process.stages.filter((s) => s.end === undefined && s.key !== to).map((s) => s.key);
}

/** How far a stage stands from the start, in transitions that lead on; Infinity where none lead. */
export function ranks(process: Process): Map<string, number> {
  const order = new Map(process.stages.map((s, i) => [s.key, i]));
  const rank = new Map<string, number>([[process.start, 0]]);
  const queue = [process.start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const t of leaving(process, at)) {
      if (rank.has(t.to) || !order.has(t.to)) continue;
      rank.set(t.to, (rank.get(at) ?? 0) + 1);
      queue.push(t.to);
    }
  }
  return rank;
}

/** Whether a transition leads back: to a stage that stands before one it comes from, in the order the stages are listed. */
export function leadsBack(process: Process, from: string, to: string): boolean {
  const index = (k: string) => process.stages.findIndex((s) => s.key === k);
  return index(to) < index(from);
}
