import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { modelQuery } from '@/api/queries';
import type { AppModel, ListButton } from '@/api/types';
import type { Definition, Field, Form, Process, Stage } from '@/model/definition';

/** Look-ups over a definition. */
export interface Model {
  app: string;
  release: number;
  definition: Definition;
  form: (key: string) => Form | undefined;
  process: (key: string | undefined) => Process | undefined;
  /** Whether one may create records of a form. */
  mayCreate: (form: string) => boolean;
  /** Whether one may bring records in from a file, or take them out as one. */
  mayImport: (form: string) => boolean;
  mayExport: (form: string) => boolean;
  /** Whether one may delete records of a form, and take them back out of its recycle bin. */
  mayDelete: (form: string) => boolean;
  /** The fields of a form that one may write in some record, and whether one may hand some over. */
  mayWrite: (form: string) => readonly string[];
  mayAssign: (form: string) => boolean;
  /** The buttons of automations that one may press on records of a form. */
  buttons: (form: string) => ListButton[];
  /** The process over a form, if there is one. */
  processOf: (form: string) => Process | undefined;
}

export function lookUp(model: AppModel): Model {
  const { definition } = model;
  return {
    app: model.app,
    release: model.release,
    definition,
    mayCreate: (form) => model.create.includes(form),
    mayImport: (form) => model.import.includes(form),
    mayExport: (form) => model.export.includes(form),
    mayDelete: (form) => model.delete?.includes(form) ?? false,
    mayWrite: (form) => model.edit?.[form] ?? [],
    mayAssign: (form) => model.assign?.includes(form) ?? false,
    buttons: (form) => (model.buttons ?? []).filter((b) => b.form === form),
    form: (key) => definition.forms?.find((f) => f.key === key),
    process: (key) => definition.processes?.find((p) => p.key === key),
    processOf: (form) => definition.processes?.find((p) => p.form === form),
  };
}

/** The live definition of an app, once it is here. */
export function useModel(app: string | undefined): { model: Model | undefined; error: Error | null; refetch: () => void } {
  const { data, error, refetch } = useQuery({ ...modelQuery(app ?? ''), enabled: Boolean(app) });
  const model = useMemo(() => (data ? lookUp(data) : undefined), [data]);
  return { model, error, refetch: () => void refetch() };
}

/** The hue of a stage: its own, green and red for won and lost, else by its place in the process. */
export function stageColor(process: Process | undefined, stage: { key: string; color?: string | undefined; end?: string | undefined }): string {
  if (stage.color) return stage.color;
  if (stage.end === 'won' || stage.end === 'done') return 'var(--stage-won)';
  if (stage.end) return 'var(--stage-lost)';
  const at = process?.stages.findIndex((s) => s.key === stage.key) ?? 0;
  return `var(--stage-${(Math.max(0, at) % 7) + 1})`;
}

/** Whole days of a plain duration such as "P10D"; 0 for any other. */
export function wholeDays(duration: unknown): number {
  return typeof duration === 'string' ? Number(/^P(\d+)D$/.exec(duration)?.[1] ?? 0) : 0;
}

/** How many days a record has rested, and after how many it counts as idle; undefined where its stage sets no limit in days. */
export function rest(record: { idleAt?: string | null }, stage: Stage | undefined, now: number): { days: number; limit: number } | undefined {
  const limit = wholeDays(stage?.idle);
  if (!record.idleAt || limit === 0) return undefined;
  return { days: Math.max(0, Math.floor((now - Date.parse(record.idleAt)) / 86_400_000 + limit)), limit };
}

export function stageOf(process: Process | undefined, key: string | undefined): Stage | undefined {
  return process?.stages.find((s) => s.key === key);
}

/** Whether a stage lets a field be written. Read and hide win over edit; a list of what may be edited closes the rest. */
export function mayWriteIn(process: Process | undefined, stage: string | undefined, field: string): boolean {
  const rights = stageOf(process, stage)?.fields;
  const named = (list: readonly string[] | undefined) => list?.some((k) => k === field || k === '*') ?? false;
  if (!rights) return true;
  if (rights.edit && rights.edit.length > 0 && !named(rights.edit)) return false;
  return !named(rights.read) && (!named(rights.hide) || named(rights.edit));
}

/** The approval chain a transition leads into: its own, or the one its stage opens on entry. */
export function chainOf(process: Process | undefined, transition: { to: string; approval: string | null }): string | undefined {
  return transition.approval ?? stageOf(process, transition.to)?.approval?.chain;
}

/** The fields a list shows when nobody has chosen columns: the number first, then those marked for lists. */
export function listColumns(form: Form, process: Process | undefined): string[] {
  // The title column stands for the field it is made of.
  const named = titleField(form);
  const marked = form.fields.filter((f) => f.list && f.key !== named).map((f) => f.key);
  const columns = marked.length > 0 ? marked : form.fields.filter((f) => f.type !== 'table' && f.type !== 'longtext').slice(0, 5).map((f) => f.key);
  return [...(form.number ? ['number'] : []), 'title', ...columns, ...(process ? ['stage', 'owner'] : []), 'updatedAt'];
}

/** The text field a record's title is, or begins with. */
export function titleField(form: Form): string | undefined {
  if (!form.title) return form.fields.find((f) => f.type === 'text')?.key;
  return /^\{\{\s*(\w+)\s*\}\}/.exec(form.title)?.[1];
}

/** The field that the title is, word for word. */
export function titleIs(form: Form | undefined): string | undefined {
  const named = form && titleField(form);
  return named && (!form.title || /^\{\{\s*\w+\s*\}\}$/.test(form.title.trim())) ? named : undefined;
}

const unsortable = new Set(['table', 'longtext', 'richtext', 'multiselect', 'cascade', 'reference', 'address', 'location', 'attachment', 'image', 'signature', 'static']);

/** Whether records can be put in order by a column. */
export function sortable(form: Form | undefined, key: string): boolean {
  const field = fieldOf(form, key);
  return field ? Boolean(field.sort || field.filter || field.list) && !unsortable.has(field.type) : ['number', 'title', 'updatedAt', 'createdAt', 'stage', 'since'].includes(key);
}

export function fieldOf(form: Form | undefined, key: string): Field | undefined {
  return form?.fields.find((f) => f.key === key);
}
