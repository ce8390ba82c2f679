import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { personOption, usePeople } from '@/api/people';
import { teamsQuery } from '@/api/queries';
import { kindOf } from '@/fields/registry';
import { shownAs } from '@/fields/rollup';
import type { Option } from '@/model/definition';
import { FieldEnvContext, type FilterOp } from '@/fields/kind';
import { readRef } from '@/fields/ref';
import { shiftDecimal } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Pop } from '@/ui/Pop';
import { useText } from '@/ui/text';
import { columnOf, filterables, type Clause, type Filterable } from './filter';
import { fieldOf, type Model } from './model';
import './filter.css';

interface Props {
  model: Model;
  form: string;
  clauses: Clause[];
  onChange: (clauses: Clause[]) => void;
}

/** The names and choices of what can be filtered. */
function useWords(model: Model, formKey: string) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const format = useFormat();
  const { users, nameOf } = usePeople();
  const withTeams = model.form(formKey)?.fields.some((f) => shownAs(model.definition, f).type === 'team') ?? false;
  const { data: teams } = useQuery({ ...teamsQuery(), enabled: withTeams });
  return useMemo(() => {
    const form = model.form(formKey);
    const process = model.processOf(formKey);
    const systemNames: Record<string, string> = {
      stage: t('common:stage'), owner: t('common:owner'), createdAt: t('common:createdAt'), updatedAt: t('common:updatedAt'),
    };
    const found = (key: string) => {
      const [base, column] = columnOf(key);
      const field = fieldOf(form, base);
      return column === undefined ? field : field?.fields?.find((f) => f.key === column);
    };
    const fieldAs = (key: string) => {
      const field = found(key);
      return field && shownAs(model.definition, field);
    };
    // A column goes by the name of its table first: one of the record may be called the same.
    const name = (key: string): string => {
      const [base, column] = columnOf(key);
      return systemNames[key] ?? (column === undefined ? text(fieldOf(form, key)?.name, key) : `${name(base)} › ${text(found(key)?.name, column)}`);
    };
    const choices = (key: string): { value: string; label: string }[] => {
      if (key === 'stage') return (process?.stages ?? []).map((s) => ({ value: s.key, label: text(s.name, s.key) }));
      const field = fieldAs(key);
      if (key === 'owner' || field?.type === 'user') return users.map(personOption);
      if (field?.type === 'role') return (model.definition.roles ?? []).map((r) => ({ value: r.key, label: text(r.name, r.key) }));
      if (field?.type === 'team') return (teams ?? []).map((g) => ({ value: g.key, label: text(g.name, g.key) }));
      // A cascade may be asked for at every level, each under the names above it.
      const flat = (items: readonly Option[], above: string): { value: string; label: string }[] =>
        items.flatMap((o) => [{ value: o.key, label: `${above}${text(o.name, o.key)}` }, ...flat(o.items ?? [], `${above}${text(o.name, o.key)} / `)]);
      return flat(model.definition.options?.find((o) => o.key === field?.options)?.items ?? [], '');
    };
    const label = (clause: Clause): string => {
      const field = fieldAs(clause.field);
      const many = Array.isArray(clause.value) ? clause.value : [clause.value];
      let shown = many.join(t('comma'));
      if (clause.op === 'in' || clause.op === 'anyOf') {
        const found = new Map(choices(clause.field).map((c) => [c.value, c.label]));
        shown = many.map((v) => found.get(v) ?? nameOf(v)).join(t('comma'));
      } else if (field?.type === 'reference') shown = many[1] ?? '';
      else if (field?.type === 'percent') shown = format.percent(many[0] ?? '0');
      else if (field?.type === 'money' || field?.type === 'number') shown = format.number(many[0] ?? '');
      return t(`op.${clause.op}.short`, { value: shown });
    };
    const list: (Filterable & { ops: FilterOp[] })[] = (form ? filterables(form, process) : [])
      .map((f) => ({ ...f, type: fieldAs(f.key)?.type ?? f.type }))
      .map((f) => ({ ...f, ops: f.type === 'stage' ? (['in'] as FilterOp[]) : kindOf(f.type).filters.filter((op) => op !== 'empty' && op !== 'notEmpty' ? true : found(f.key) !== undefined) }))
      .filter((f) => f.ops.length > 0);
    return { list, name, choices, label, fieldAs, model };
  }, [model, formKey, t, text, format, users, nameOf, teams]);
}

/** Filters as chips; each opens to be changed. */
export function FilterBar({ model, form, clauses, onChange }: Props) {
  const { t } = useTranslation(['list', 'common']);
  const words = useWords(model, form);
  const [open, setOpen] = useState(-1);
  return (
    <>
      {clauses.map((clause, i) => (
        <Pop
          key={`${i}-${clause.field}`}
          open={open === i}
          onOpenChange={(next) => setOpen(next ? i : -1)}
          placement="bottomLeft"
          arrow={false}
          content={
            <Editor
              words={words}
              clause={clause}
              onDone={(next) => {
                setOpen(-1);
                onChange(clauses.map((c, at) => (at === i ? next : c)));
              }}
            />
          }
        >
          <span className="chip-pair">
            <button type="button" className="chip">
              <span>{words.name(clause.field)}</span>
              <span className="el">{words.label(clause)}</span>
            </button>
            <button
              type="button"
              className="chip x"
              aria-label={t('removeFilter', { name: words.name(clause.field) })}
              onClick={(e) => {
                e.stopPropagation();
                onChange(clauses.filter((_, at) => at !== i));
              }}
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        </Pop>
      ))}
      <Pop
        open={open === clauses.length}
        onOpenChange={(next) => setOpen(next ? clauses.length : -1)}
        placement="bottomLeft"
        arrow={false}
        content={
          <Editor
            words={words}
            onDone={(next) => {
              setOpen(-1);
              onChange([...clauses, next]);
            }}
          />
        }
      >
        <button type="button" className="chip add">
          <Icon name="plus" size={14} />
          {t('common:filter')}
        </button>
      </Pop>
    </>
  );
}

/** The record that a reference points to: its id, and what it is called. */
function RecordChoice({ words, field: key, value, onChange }: { words: ReturnType<typeof useWords>; field: string; value: string | string[]; onChange: (value: string[]) => void }) {
  const { t } = useTranslation('list');
  const { model } = words;
  const env = useMemo(() => ({ app: model.app, definition: model.definition, readOnly: false, phone: false }), [model]);
  const field = words.fieldAs(key);
  if (!field) return null;
  const { Input: Reference } = kindOf('reference');
  const [id, title] = Array.isArray(value) ? value : [];
  return (
    <FieldEnvContext.Provider value={env}>
      <Reference
        id="filter-record"
        field={field}
        path={field.key}
        label={t('filterValue')}
        value={id ? { id, title: title ?? id } : null}
        onChange={(next) => {
          const ref = readRef(next);
          onChange(ref ? [ref.id, ref.title] : []);
        }}
      />
    </FieldEnvContext.Provider>
  );
}

function Editor({ words, clause, onDone }: { words: ReturnType<typeof useWords>; clause?: Clause; onDone: (clause: Clause) => void }) {
  const { t } = useTranslation(['list', 'common', 'fields']);
  const [field, setField] = useState(clause?.field ?? words.list[0]?.key ?? '');
  const found = words.list.find((f) => f.key === field);
  const [op, setOp] = useState<FilterOp>(clause?.op ?? found?.ops[0] ?? 'is');
  const [value, setValue] = useState<string | string[]>(clause?.value ?? '');
  const noValue = op === 'empty' || op === 'notEmpty' || op === 'true' || op === 'false' || op === 'me';
  const complete = noValue || (Array.isArray(value) ? value.length > 0 : value !== '');
  const isPercent = found?.type === 'percent';
  const figure = found !== undefined && found.type !== 'stage' && Boolean(kindOf(found.type).numeric || kindOf(found.type).decimal);
  return (
    <form
      className="filter-editor"
      onSubmit={(e) => {
        e.preventDefault();
        if (complete) onDone({ field, op, value: noValue ? '' : value });
      }}
    >
      <Select
        aria-label={t('filterField')}
        value={field}
        showSearch={{ optionFilterProp: 'label' }}
        options={words.list.map((f) => ({ value: f.key, label: words.name(f.key) }))}
        onChange={(key: string) => {
          const next = words.list.find((f) => f.key === key);
          setField(key);
          setOp(next?.ops[0] ?? 'is');
          setValue('');
        }}
      />
      <Select
        aria-label={t('filterOp')}
        value={op}
        options={(found?.ops ?? []).map((o) => ({ value: o, label: t(`op.${o}`) }))}
        onChange={(next: FilterOp) => {
          setOp(next);
          setValue('');
        }}
      />
      {noValue ? null : op === 'in' || op === 'anyOf' ? (
        <Select
          mode="multiple"
          aria-label={t('filterValue')}
          value={Array.isArray(value) ? value : []}
          options={words.choices(field)}
          showSearch={{ optionFilterProp: ['label', 'find'] }}
          placeholder={t('common:choose')}
          onChange={(v: string[]) => setValue(v)}
        />
      ) : found?.type === 'reference' ? (
        <RecordChoice words={words} field={field} value={value} onChange={setValue} />
      ) : op === 'from' || op === 'to' ? (
        <Input type="date" aria-label={t('filterValue')} value={String(value)} onChange={(e) => setValue(e.target.value)} />
      ) : op === 'notBefore' || op === 'notAfter' ? (
        <Input type="time" aria-label={t('filterValue')} value={String(value)} onChange={(e) => setValue(e.target.value)} />
      ) : (
        <Input
          autoFocus
          aria-label={t('filterValue')}
          value={isPercent && value !== '' ? shiftDecimal(String(value), 2) : String(value)}
          inputMode={figure ? 'decimal' : 'text'}
          suffix={isPercent ? '%' : found?.type === 'duration' ? t('fields:minutes') : undefined}
          onChange={(e) => {
            const plain = !figure ? e.target.value : e.target.value.normalize('NFKC').replace(/[,\s]/g, '');
            setValue(isPercent && /^\d+(\.\d+)?$/.test(plain) ? shiftDecimal(plain, -2) : plain);
          }}
        />
      )}
      <Button type="primary" htmlType="submit" disabled={!complete}>
        {t('apply')}
      </Button>
    </form>
  );
}
