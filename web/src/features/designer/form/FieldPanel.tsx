import { Popover } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { isComputed, type Field, type Form } from '@/model/definition';
import { copyField, removeField } from '@/model/edits';
import { keyFault, keysOf } from '@/model/keys';
import { joinKeyPath } from '@/model/path';
import { usesOf } from '@/model/rename';
import { useActions, useDefinition, useDraftStore, useJump, useNameOf, useSelection, useSlot } from '../context';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { IconButton, Part, Problems } from '../controls/Row';
import { CheckSlot, ChoiceSlot, TextSlot, Ways } from '../controls/slots';
import { Panel } from '../Panel';
import { usePlaceText } from '../ProblemDrawer';
import { SETTINGS } from './settings/registry';
import { iconOf, useTypeName } from './types';
import { noSettings } from '@/fields/kind';
import { kindOf } from '@/fields/registry';

interface Props {
  form: Form;
  formIndex: number;
  fieldIndex: number;
  columnIndex?: number;
}

/** Everything about one field, or one column of a table. */
export function FieldPanel({ form, formIndex, fieldIndex, columnIndex }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { select } = useSelection();
  const { apply, edit } = useActions();
  const { actions } = useDraftStore();
  const parent = form.fields[fieldIndex] as Field;
  const isColumn = columnIndex !== undefined;
  const field = isColumn ? (parent.fields?.[columnIndex] as Field) : parent;
  const at = useMemo(
    () =>
      columnIndex === undefined
        ? ['forms', formIndex, 'fields', fieldIndex]
        : ['forms', formIndex, 'fields', fieldIndex, 'fields', columnIndex],
    [formIndex, fieldIndex, columnIndex],
  );
  const columns = isColumn ? parent.fields : undefined;
  const typeName = useTypeName();
  const name = nameOf(field);
  const up = isColumn ? joinKeyPath(['forms', form.key, 'fields', parent.key]) : joinKeyPath(['forms', form.key]);

  const remove = () => {
    apply(
      isColumn
        ? { op: 'remove', at: ['forms', formIndex, 'fields', fieldIndex, 'fields'], index: columnIndex }
        : removeField(def, form.key, field.key),
    );
    select(up);
    toast(t('fieldRemoved', { name }), { undo: actions.undo });
  };
  return (
    <Panel
      icon={<Icon name={iconOf(field.type)} />}
      title={name}
      word={typeName(field.type)}
      onClose={() => select(up)}
      actions={
        <>
          {isColumn ? null : <Uses form={form.key} field={field.key} />}
          {isColumn ? null : (
            <IconButton icon="copy" label={t('copyField')} onClick={() => edit(copyField(def, form.key, field.key))} />
          )}
          <IconButton icon="trash" label={t('removeField')} onClick={remove} />
        </>
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot
          path={joinKeyPath(
            isColumn ? ['forms', form.key, 'fields', parent.key, 'fields', field.key] : ['forms', form.key, 'fields', field.key],
          )}
          value={field.key}
          hint={t('keyHint')}
          fault={(key) => keyFault(key, keysOf(isColumn ? parent.fields : form.fields))}
        />
        <TextSlot at={[...at, 'help']} label={t('help')} placeholder={t('helpPlaceholder')} />
      </Part>
      <Source at={at} field={field} form={form.key} columns={columns} />
      {isComputed(field) ? null : <Required at={at} field={field} form={form.key} columns={columns} />}
      <TypeSettings at={at} form={form.key} field={field} columns={columns} />
      <Shown at={at} field={field} form={form.key} columns={columns} />
      {isColumn || field.type === 'static' ? null : (
        <Part title={t('inLists')}>
          <div className="d-checks">
            <CheckSlot at={[...at, 'list']} label={t('listColumn')} />
            <CheckSlot at={[...at, 'filter']} label={t('filterable')} />
            <CheckSlot at={[...at, 'sort']} label={t('sortable')} />
            <CheckSlot at={[...at, 'search']} label={t('searchable')} />
          </div>
        </Part>
      )}
    </Panel>
  );
}

interface PartProps {
  at: (string | number)[];
  field: Field;
  form: string;
  columns: readonly Field[] | undefined;
}

/** What its type lets one set. Problems of members that have no control of their own are said here. */
function TypeSettings({ at, field, form, columns }: PartProps) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const { apply } = useActions();
  const slot = useSlot<Field>(at, SHOWN_ELSEWHERE);
  const Own = SETTINGS[field.type];
  const Settings = kindOf(field.type).Settings;
  const change = (patch: Partial<Field>) =>
    apply({
      op: 'all',
      changes: Object.entries(patch).map(([member, value]) => ({ op: 'set' as const, at: [...at, member], value })),
    });
  if (!Own && (Settings === noSettings || field.type === 'bool' || field.type === 'user')) return slot.problems.length > 0 ? <Problems list={slot.problems} /> : null;
  return (
    <Part title={t('typeSettings')}>
      {Own ? (
        <Own at={at} form={form} field={field} columns={columns} />
      ) : (
        <div className="d-settings">
          <Settings field={field} definition={def} onChange={change} />
        </div>
      )}
      <Problems list={slot.problems} />
    </Part>
  );
}

const SHOWN_ELSEWHERE = [
  'name',
  'help',
  'calc',
  'value',
  'requiredIf',
  'visibleIf',
  'whenHidden',
  'fields',
  'checks',
  'where',
  'options',
  'optionsBy',
  'text',
  'form',
  'onDelete',
];

/** Never, always, or under a condition. */
function Required({ at, field, form, columns }: PartProps) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const [asked, setAsked] = useState(false);
  const value = field.required ? 'always' : field.requiredIf !== undefined || asked ? 'if' : 'never';
  return (
    <Part title={t('required')}>
      <Ways
        label={t('required')}
        value={value}
        ways={[
          { value: 'never', label: t('never') },
          { value: 'always', label: t('always') },
          { value: 'if', label: t('whenTrue') },
        ]}
        onChange={(next) => {
          setAsked(next === 'if');
          apply({
            op: 'all',
            changes: [
              { op: 'set', at: [...at, 'required'], value: next === 'always' ? true : undefined },
              ...(next === 'if' ? [] : [{ op: 'set' as const, at: [...at, 'requiredIf'] }]),
            ],
          });
        }}
      />
      {value === 'if' ? (
        <FormulaSlot
          at={[...at, 'requiredIf']}
          form={form}
          columns={columns}
          label={t('requiredWhen')}
          eager
          placeholder={t('conditionPlaceholder')}
        />
      ) : null}
    </Part>
  );
}

/** Where the value comes from: typed in, filled in and changeable, or only computed. */
function Source({ at, field, form, columns }: PartProps) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const [asked, setAsked] = useState<'manual' | 'value' | 'calc' | undefined>();
  if (field.type === 'table' || kindOf(field.type).automatic || kindOf(field.type).noFormula) return null;
  const value = asked ?? (field.calc !== undefined ? 'calc' : field.value !== undefined ? 'value' : 'manual');
  return (
    <Part title={t('source')}>
      <Ways
        label={t('source')}
        value={value}
        ways={[
          { value: 'manual', label: t('sourceManual') },
          { value: 'value', label: t('sourceValue') },
          { value: 'calc', label: t('sourceCalc') },
        ]}
        onChange={(next) => {
          setAsked(next);
          // What was written moves along, so that trying the other way loses nothing.
          const formula = field.calc ?? field.value;
          apply({
            op: 'all',
            changes: [
              { op: 'set', at: [...at, 'calc'], value: next === 'calc' ? formula : undefined },
              { op: 'set', at: [...at, 'value'], value: next === 'value' ? formula : undefined },
              ...(next === 'calc'
                ? (['required', 'requiredIf'] as const).map((m) => ({ op: 'set' as const, at: [...at, m] }))
                : []),
            ],
          });
        }}
      />
      {value === 'value' ? (
        <FormulaSlot
          at={[...at, 'value']}
          form={form}
          columns={columns}
          into={field.key}
          label={t('initialValue')}
          hint={t('initialValueHint')}
        />
      ) : null}
      {value === 'calc' ? (
        <FormulaSlot at={[...at, 'calc']} form={form} columns={columns} into={field.key} label={t('formula')} />
      ) : null}
    </Part>
  );
}

function Shown({ at, field, form, columns }: PartProps) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const [asked, setAsked] = useState(false);
  const value = field.visibleIf !== undefined || asked ? 'if' : 'always';
  return (
    <Part title={t('shown')}>
      <Ways
        label={t('shown')}
        value={value}
        ways={[
          { value: 'always', label: t('shownAlways') },
          { value: 'if', label: t('whenTrue') },
        ]}
        onChange={(next) => {
          setAsked(next === 'if');
          if (next === 'always')
            apply({
              op: 'all',
              changes: [
                { op: 'set', at: [...at, 'visibleIf'] },
                { op: 'set', at: [...at, 'whenHidden'] },
              ],
            });
        }}
      />
      {value === 'if' ? (
        <>
          <FormulaSlot
            at={[...at, 'visibleIf']}
            form={form}
            columns={columns}
            label={t('shownWhen')}
            eager
            placeholder={t('conditionPlaceholder')}
          />
          <ChoiceSlot
            at={[...at, 'whenHidden']}
            label={t('whenHidden')}
            unset={t('hidden_keep')}
            unsetAs="keep"
            choices={[
              { value: 'clear', label: t('hidden_clear') },
              { value: 'exclude', label: t('hidden_exclude') },
            ]}
          />
        </>
      ) : null}
    </Part>
  );
}

/** Where a field is used: a count that opens the list, each a way there. */
function Uses({ form, field }: { form: string; field: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const jump = useJump();
  const place = usePlaceText();
  const uses = useMemo(() => usesOf(def, form, field), [def, form, field]);
  if (uses.length === 0) return null;
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <ul className="d-uses">
          {uses.map((u) => (
            <li key={u}>
              <button type="button" className="link" onClick={() => jump(u)}>
                {place(u)}
              </button>
            </li>
          ))}
        </ul>
      }
    >
      <button type="button" className="link s">
        {t('usedIn', { count: uses.length })}
      </button>
    </Popover>
  );
}
