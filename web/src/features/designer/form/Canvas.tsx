import { useCallback, useLayoutEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { usePlace, useThing } from '@/ui/drag';
import { toast } from '@/ui/toast';
import type { Definition, Field, Form } from '@/model/definition';
import { groupsOf, moveField, removeField, type Group } from '@/model/edits';
import { problemsUnder } from '@/model/problem';
import { useActions, useDraft, useDraftStore, useNameOf, useSelection } from '../context';
import type { Selected } from './FormsPage';
import { iconOf, useTypeName } from './types';
import { kindOf } from '@/fields/registry';

/** Remembers which field's card should take the focus when it is drawn. */
interface Refocus {
  want: (key: string) => void;
  /** Whether it is this one; asking takes it. */
  take: (key: string) => boolean;
}

function makeRefocus(): Refocus {
  let wanted: string | undefined;
  return {
    want: (key) => {
      wanted = key;
    },
    take: (key) => {
      if (wanted !== key) return false;
      wanted = undefined;
      return true;
    },
  };
}

interface Props {
  def: Definition;
  form: Form;
  formIndex: number;
  selected: Selected;
}

/** The form as it is being built: sections, and fields in their places. */
export function Canvas({ def, form, selected }: Props) {
  const groups = useMemo(() => groupsOf(form), [form]);
  // A field moved by keyboard into another section is drawn anew there; the focus goes with it.
  const refocus = useMemo(() => makeRefocus(), []);
  return (
    <div className="d-groups">
      {groups.map((group, g) => (
        <GroupCard
          key={group.section?.key ?? ''}
          refocus={refocus}
          def={def}
          form={form}
          groups={groups}
          group={group}
          g={g}
          selected={selected}
        />
      ))}
    </div>
  );
}

function GroupCard({
  def,
  form,
  groups,
  group,
  g,
  selected,
  refocus,
}: {
  def: Definition;
  form: Form;
  groups: Group[];
  group: Group;
  g: number;
  selected: Selected;
  refocus: Refocus;
}) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { select } = useSelection();
  const section = group.section;
  const columns = section?.columns ?? (section ? 1 : 2);
  const on = group.index !== undefined && selected.section === group.index;
  return (
    <section className={`card d-group${on ? ' on' : ''}`}>
      <header>
        {section ? (
          <button
            type="button"
            className="d-grouphead"
            aria-pressed={on}
            onClick={() => select(`/forms/${form.key}/sections/${section.key}`)}
          >
            <b className="el">{nameOf(section)}</b>
            <span className="s">{t('columns', { count: columns })}</span>
            {section.visibleIf ? <span className="s">{t('shownIf')}</span> : null}
          </button>
        ) : (
          <span className="d-grouphead">
            <b>{groups.length > 1 ? t('inNoSection') : t('allFields')}</b>
          </span>
        )}
        <span className="sp" />
        <span className="s">{t('fieldCount', { count: group.fields.length })}</span>
      </header>
      <div className="d-fields" style={{ '--columns': Math.min(columns, 3) } as React.CSSProperties}>
        {group.fields.map((key, i) => {
          const index = form.fields.findIndex((f) => f.key === key);
          const field = form.fields[index];
          return field ? (
            <FieldCard
              key={key}
              refocus={refocus}
              def={def}
              form={form}
              field={field}
              g={g}
              i={i}
              groups={groups}
              on={selected.field === index}
              column={selected.field === index ? selected.column : undefined}
            />
          ) : null;
        })}
        <EndPlace g={g} p={group.fields.length} empty={group.fields.length === 0} />
      </div>
    </section>
  );
}

function EndPlace({ g, p, empty }: { g: number; p: number; empty: boolean }) {
  const { t } = useTranslation('designer');
  const { ref, isOver } = usePlace(`${g}:${p}`);
  return (
    <div ref={ref} className={`d-end${isOver ? ' over' : ''}${empty ? ' empty' : ''}`}>
      {empty ? t('dropFieldHere') : null}
    </div>
  );
}

/** What the label says at the right: where the value comes from, when it must be there, when it shows. */
function useAside(field: Field): string {
  const { t } = useTranslation('designer');
  if (field.calc !== undefined) return t('computed');
  if (field.visibleIf !== undefined) return t('shownIf');
  if (field.requiredIf !== undefined) return t('requiredIf');
  if (field.value !== undefined) return t('prefilled');
  return '';
}

function FieldCard({
  def,
  form,
  field,
  g,
  i,
  groups,
  on,
  column,
  refocus,
}: {
  def: Definition;
  form: Form;
  field: Field;
  g: number;
  i: number;
  groups: Group[];
  on: boolean;
  column: number | undefined;
  refocus: Refocus;
}) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const aside = useAside(field);
  const typeName = useTypeName();
  const { select } = useSelection();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const problems = useDraft((s) => s.problems);
  const { ref: thingRef, handleRef, isDragging } = useThing(`field:${field.key}`);
  const { ref: placeRef, isOver } = usePlace(`${g}:${i}`);
  const card = useRef<HTMLDivElement>(null);
  const ref = useCallback(
    (element: HTMLDivElement | null) => {
      card.current = element;
      thingRef(element);
      placeRef(element);
    },
    [thingRef, placeRef],
  );
  useLayoutEffect(() => {
    if (refocus.take(field.key)) card.current?.querySelector<HTMLElement>('.d-hit')?.focus();
  });
  const path = `/forms/${form.key}/fields/${field.key}`;
  const mine = problemsUnder(problems, path);
  const name = nameOf(field);

  const onKey = (event: KeyboardEvent) => {
    const move = (group: number, p: number) => {
      event.preventDefault();
      refocus.want(field.key);
      apply(moveField(def, form.key, field.key, group, p));
    };
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowLeft')) {
      if (i > 0) move(g, i - 1);
      else if (g > 0) move(g - 1, groups[g - 1]?.fields.length ?? 0);
    } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowRight')) {
      if (i + 1 < (groups[g]?.fields.length ?? 0)) move(g, i + 1);
      else if (g + 1 < groups.length) move(g + 1, 0);
    } else if (event.key === 'Delete') {
      event.preventDefault();
      apply(removeField(def, form.key, field.key));
      select(`/forms/${form.key}`);
      toast(t('fieldRemoved', { name }), { undo: actions.undo });
    }
  };

  const wide = kindOf(field.type).wide ?? false;
  return (
    <div
      ref={ref}
      className={[
        'd-field',
        on ? 'on' : '',
        wide ? 'wide' : '',
        isDragging ? 'dragging' : '',
        isOver ? 'over' : '',
        field.calc ? 'calc' : '',
        field.visibleIf ? 'maybe' : '',
      ].join(' ')}
    >
      <button
        ref={handleRef}
        type="button"
        className="d-hit"
        aria-pressed={on}
        aria-label={`${name}, ${typeName(field.type)}${mine.length > 0 ? `, ${t('problemCount', { count: mine.length })}` : ''}`}
        title={t('fieldKeys')}
        onClick={() => select(path)}
        onKeyDown={onKey}
      />
      <div className="d-fieldlabel">
        <span className="el">
          {name}
          {field.required ? <i className="bad"> *</i> : null}
        </span>
        {mine.length > 0 ? (
          <Icon
            name={mine.some((p) => p.severity === 'error') ? 'error' : 'alert'}
            size={14}
            className={mine.some((p) => p.severity === 'error') ? 'bad' : 'warn'}
          />
        ) : null}
        <span className="s d-act">{aside}</span>
      </div>
      {field.type === 'table' ? (
        <div className="d-tablebox">
          {(field.fields ?? []).map((c, n) => (
            <button
              key={c.key}
              type="button"
              className={`d-column${on && column === n ? ' on' : ''}`}
              aria-pressed={on && column === n}
              onClick={() => select(`${path}/fields/${c.key}`)}
            >
              <Icon name={iconOf(c.type, c.calc !== undefined)} size={14} />
              <span className="el">{nameOf(c)}</span>
            </button>
          ))}
          {(field.fields ?? []).length === 0 ? <span className="s">{t('noColumns')}</span> : null}
        </div>
      ) : (
        <div className={`d-box ${field.type}`}>
          <span className="el s">{field.unit ?? ''}</span>
          <Icon name={iconOf(field.type, field.calc !== undefined)} size={14} />
        </div>
      )}
    </div>
  );
}
