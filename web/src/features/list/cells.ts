import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InfiniteData } from '@tanstack/react-query';
import { api, isApiError, operationKey } from '@/api/client';
import { queryClient, recordQuery } from '@/api/queries';
import type { Page, RecordFull, RecordItem } from '@/api/types';
import { stateOf } from '@/fields/kind';
import { isComputed, type Field } from '@/model/definition';
import { putRecord, recordPath } from '@/records/actions';
import { toWire } from '@/records/merge';
import { fieldOf, mayWriteIn, type Model } from '@/records/model';
import { useErrorText } from '@/ui/States';

/** Types that want more room than a cell has, or are no one's to type. */
const roomy: ReadonlySet<Field['type']> = new Set(['table', 'static', 'autonumber', 'signature', 'attachment', 'image', 'location', 'address', 'longtext', 'richtext']);

/** The field that a column of a list edits, as far as the app alone can tell; undefined where there is none. */
export function editedBy(model: Model, formKey: string, column: string): Field | undefined {
  const form = model.form(formKey);
  // A title is edited where it is one field and nothing else.
  const whole = column === 'title' && form ? (form.title ? /^\{\{\s*(\w+)\s*\}\}$/.exec(form.title)?.[1] : form.fields.find((f) => f.type === 'text')?.key) : column;
  const field = whole === undefined ? undefined : fieldOf(form, whole);
  return field && !isComputed(field) && !roomy.has(field.type) && model.mayWrite(formKey).includes(field.key) ? field : undefined;
}

/** Whether a cell may be edited; its record has the last word when it is opened. */
export function mayEditCell(model: Model, row: RecordItem, column: string): boolean {
  const field = editedBy(model, row.form, column);
  return field !== undefined && mayWriteIn(model.processOf(row.form), row.stage, field.key);
}

/** What stands against a cell: why, what the person wanted there, and what somebody else has put there meanwhile. */
export interface CellProblem {
  text: string;
  typed?: unknown;
  theirs?: unknown;
  conflict?: boolean;
}

export interface Editing {
  column: string;
  field: Field;
  record: RecordFull;
  /** What the input begins with. */
  value: unknown;
}

export const cellId = (id: string, column: string) => `${id}|${column}`;

/** Puts a saved record into the lists that are loaded; what is computed from the cell follows with it. */
function putRow(saved: RecordFull): void {
  queryClient.setQueriesData<InfiniteData<Page<RecordItem>>>({ queryKey: ['records', saved.app, saved.form] }, (old) =>
    old && {
      ...old,
      pages: old.pages.map((page) => ({
        ...page,
        items: page.items.map((row) => (row.id === saved.id ? (Object.fromEntries(Object.keys(row).map((k) => [k, (saved as unknown as Record<string, unknown>)[k] ?? null])) as unknown as RecordItem) : row)),
      })),
    },
  );
}

export interface Cells {
  editing: Editing | undefined;
  /** Values shown until the server agrees, by cell. */
  pending: ReadonlyMap<string, unknown>;
  problems: ReadonlyMap<string, CellProblem>;
  begin: (row: RecordItem, column: string) => Promise<void>;
  /** Ends editing without a change. */
  leave: () => void;
  save: (value: unknown) => void;
  /** Ends a conflict with one's own value. */
  insist: (row: RecordItem, column: string) => Promise<void>;
  forget: (id: string, column: string) => void;
}

/** Editing in the cells of a list: a value shows at once, and comes back with the reason when it is refused. */
export function useCells(model: Model): Cells {
  const { t } = useTranslation('list');
  const errorText = useErrorText();
  const [editing, setEditing] = useState<Editing>();
  const [pending, setPending] = useState<ReadonlyMap<string, unknown>>(new Map());
  const [problems, setProblems] = useState<ReadonlyMap<string, CellProblem>>(new Map());

  const say = useCallback((cell: string, problem: CellProblem | undefined) => {
    setProblems((now) => {
      const next = new Map(now);
      if (problem) next.set(cell, problem);
      else next.delete(cell);
      return next;
    });
  }, []);

  const begin = useCallback(
    async (row: RecordItem, column: string) => {
      const field = editedBy(model, row.form, column);
      if (!field) return;
      const cell = cellId(row.id, column);
      try {
        const record = await queryClient.fetchQuery({ ...recordQuery(row.id), staleTime: 0 });
        const own = stateOf(record.fields, field.key);
        if (!record.can.edit || own.readOnly || own.masked || !own.visible) {
          say(cell, { text: t('cellLocked') });
          return;
        }
        const typed = problems.get(cell)?.typed;
        say(cell, undefined);
        setEditing({ column, field, record, value: typed === undefined ? record.data[field.key] : typed });
      } catch (error) {
        say(cell, { text: errorText(error) });
      }
    },
    [model, problems, say, t, errorText],
  );

  const send = useCallback(
    async ({ column, field, record }: Omit<Editing, 'value'>, value: unknown) => {
      const cell = cellId(record.id, column);
      const wire = toWire([field], { [field.key]: value ?? null }, [field.key]);
      const was = toWire([field], { [field.key]: record.data[field.key] ?? null }, [field.key]);
      if (JSON.stringify(wire) === JSON.stringify(was)) return;
      setPending((now) => new Map(now).set(cell, value ?? null));
      try {
        const saved = await api.patch<RecordFull>(recordPath(record.id), { data: wire }, { ifMatch: record.rev, key: operationKey() });
        putRow(saved);
        putRecord(saved);
      } catch (error) {
        if (isApiError(error) && error.status === 412) {
          const both = (error.current as Record<string, { theirs: unknown }> | undefined)?.[field.key];
          say(cell, { text: t('cellChanged'), typed: value ?? null, theirs: both?.theirs, conflict: true });
          void queryClient.invalidateQueries({ queryKey: ['records', record.app, record.form] });
        } else {
          const details = isApiError(error) ? error.details.map((d) => d.message) : [];
          say(cell, { text: details.length > 0 ? [...new Set(details)].join(' · ') : errorText(error), typed: value ?? null });
        }
      } finally {
        setPending((now) => new Map([...now].filter(([key]) => key !== cell)));
      }
    },
    [errorText, say, t],
  );

  return {
    editing,
    pending,
    problems,
    begin,
    leave: useCallback(() => setEditing(undefined), []),
    save: (value) => {
      setEditing(undefined);
      if (editing) void send(editing, value);
    },
    insist: async (row, column) => {
      const problem = problems.get(cellId(row.id, column));
      const field = editedBy(model, row.form, column);
      if (!problem || !field) return;
      say(cellId(row.id, column), undefined);
      try {
        const record = await queryClient.fetchQuery({ ...recordQuery(row.id), staleTime: 0 });
        await send({ column, field, record }, problem.typed);
      } catch (error) {
        say(cellId(row.id, column), { ...problem, text: errorText(error) });
      }
    },
    forget: useCallback((id: string, column: string) => say(cellId(id, column), undefined), [say]),
  };
}
