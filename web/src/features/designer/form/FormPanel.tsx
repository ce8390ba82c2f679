import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Form, Grant, RecordScope, Unique } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { mayBePhone } from '@/model/references';
import { useActions, useDefinition, useDraftStore, useNameOf, usePlaceInDesigner, useSelection, useSlot } from '../context';
import { useColumnChoices, useFieldChoices, useNewText, useRoleChoices } from '../controls/choices';
import { Conditions } from '../controls/Conditions';
import { FormulaSlot } from '../controls/FormulaSlot';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot, WordSlot } from '../controls/slots';
import { Panel } from '../Panel';

/** A form as a whole: name, title, number, what must hold, and who may do what with its records. */
export function FormPanel({ form, formIndex }: { form: Form; formIndex: number }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { apply } = useActions();
  const { select } = useSelection();
  const { go } = usePlaceInDesigner();
  const { actions } = useDraftStore();
  const at = ['forms', formIndex];
  const process = def.processes?.find((p) => p.form === form.key);
  return (
    <Panel
      title={nameOf(form)}
      word={t('word_form')}
      actions={
        <IconButton
          icon="trash"
          label={t('removeForm')}
          onClick={() => {
            apply({ op: 'remove', at: ['forms'], index: formIndex });
            select(undefined);
            toast(t('formRemoved', { name: nameOf(form) }), { undo: actions.undo });
          }}
        />
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <WordSlot
          at={[...at, 'title']}
          label={t('recordTitle')}
          hint={t('recordTitleHint', { example: '{{ name }}' })}
          placeholder="{{ name }}"
        />
        <Button size="small" onClick={() => go('flow', process ? `/processes/${process.key}` : `/forms/${form.key}`)}>
          {process ? t('toProcess', { name: nameOf(process) }) : t('makeProcess')}
        </Button>
      </Part>
      {form.fields.some((f) => f.type === 'money' || f.fields?.some((c) => c.type === 'money')) ? <CurrencyPart form={form} at={at} /> : null}
      <Part title={t('numbering')} note={t('numberingHint')}>
        <WordSlot at={[...at, 'number', 'pattern']} label={t('numberPattern')} placeholder="SJ{yyyyMMdd}-{seq:4}" />
        {form.number ? (
          <ChoiceSlot
            at={[...at, 'number', 'reset']}
            label={t('numberReset')}
            unset={t('reset_never')}
            unsetAs="never"
            choices={(['daily', 'monthly', 'yearly'] as const).map((v) => ({ value: v, label: t(`reset_${v}`) }))}
          />
        ) : null}
      </Part>
      <Part>
        <Conditions at={[...at, 'checks']} form={form.key} title={t('checks')} keyed />
      </Part>
      <UniquePart at={at} form={form} />
      <GrantsPart at={at} form={form} />
    </Panel>
  );
}

/** Whether the currency of the form's amounts is chosen record by record. */
function CurrencyPart({ at, form }: { at: (string | number)[]; form: Form }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const fields = useFieldChoices(form.key, ['select', 'lookup']);
  // Only lists that hold nothing but currencies can be meant.
  const codes = new Set((def.options ?? []).filter((o) => o.items.length > 0 && o.items.every((i) => /^[A-Z]{3}$/.test(i.key))).map((o) => o.key));
  const choices = fields.filter((c) => {
    const field = form.fields.find((f) => f.key === c.value);
    return field?.type === 'lookup' || codes.has(field?.options ?? '');
  });
  return (
    <Part title={t('formCurrency')}>
      {choices.length > 0 || form.currency ? (
        <ChoiceSlot
          at={[...at, 'currency']}
          label={t('formCurrencyField')}
          hint={t('formCurrencyHint')}
          unset={t('formCurrencyFixed', { currency: def.currency ?? 'CNY' })}
          choices={choices}
        />
      ) : (
        <p className="s">{t('formCurrencyNone')}</p>
      )}
    </Part>
  );
}

function UniquePart({ at, form }: { at: (string | number)[]; form: Form }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Unique[]>([...at, 'unique']);
  const fields = useColumnChoices(form.key);
  const list = slot.value ?? [];
  return (
    <Part
      title={t('unique')}
      action={
        <AddButton
          onClick={() =>
            slot.set([...list, { key: freshKey('unique', keysOf(list)), on: fields[0] ? [fields[0].value] : [] }])
          }
        >
          {t('add')}
        </AddButton>
      }
    >
      {list.map((u, i) => (
        <div key={u.key} className="d-condition">
          <ChoicesSlot at={[...at, 'unique', i, 'on']} label={t('uniqueOn')} choices={fields} />
          <ChoiceSlot
            at={[...at, 'unique', i, 'mode']}
            label={t('uniqueMode')}
            unset={t('mode_block')}
            unsetAs="block"
            choices={[{ value: 'warn', label: t('mode_warn') }]}
          />
          <IconButton
            icon="trash"
            label={t('remove')}
            onClick={() => slot.set(list.length === 1 ? undefined : list.toSpliced(i, 1))}
          />
        </div>
      ))}
    </Part>
  );
}

const SCOPES: readonly RecordScope[] = ['own', 'participant', 'pool', 'team', 'teamTree', 'all', 'none'];
const DEEDS = ['create', 'read', 'edit', 'delete', 'assign', 'override', 'import', 'export', 'reveal'] as const;

/** Who may do what: a role, whose records, and which fields stay hidden from it. */
function GrantsPart({ at, form }: { at: (string | number)[]; form: Form }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Grant[]>([...at, 'grants']);
  const roles = useRoleChoices();
  const fields = useFieldChoices(form.key);
  const def = useDefinition();
  const masked = (form.grants ?? []).flatMap((g) => g.mask ?? []);
  const phones = fields.filter((c) => masked.includes(c.value) || form.fields.some((f) => f.key === c.value && mayBePhone(def, form, f)));
  const { apply } = useActions();
  const newText = useNewText();
  const { go } = usePlaceInDesigner();
  const list = slot.value ?? [];
  const add = () => {
    if (roles.length === 0) {
      // The first form of an app: whoever works in it gets a role of theirs.
      const grant: Grant = { role: 'member', records: 'own', do: ['create', 'read', 'edit'] };
      apply({
        op: 'all',
        changes: [
          { op: 'insert', at: ['roles'], index: 0, value: { key: grant.role, name: newText(t('firstRole')) } },
          { op: 'set', at: [...at, 'grants'], value: [...list, grant] },
        ],
      });
      return;
    }
    const role = roles.find((r) => !list.some((g) => g.role === r.value)) ?? roles[0];
    slot.set([...list, { role: role?.value ?? '', records: 'own', do: ['create', 'read', 'edit'] }]);
  };
  return (
    <Part title={t('grants')} action={<AddButton onClick={add}>{t('add')}</AddButton>}>
      {roles.length === 0 ? (
        <p className="s">{t('noRoles')}</p>
      ) : (
        <p className="s">
          {t('rolesWhere')}{' '}
          <button type="button" className="link" onClick={() => go('app')}>
            {t('appSettings')}
          </button>
        </p>
      )}
      {list.map((g, i) => {
        const here = [...at, 'grants', i];
        return (
          // A grant has no key; its place is its identity.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={i} className="d-condition">
            <div className="d-two">
              <ChoiceSlot at={[...here, 'role']} label={t('role')} choices={roles} />
              {typeof g.records === 'string' ? (
                <ChoiceSlot
                  at={[...here, 'records']}
                  label={t('whose')}
                  choices={SCOPES.map((s) => ({ value: s, label: t(`scope_${s}`) }))}
                />
              ) : (
                <FormulaSlot at={[...here, 'records', 'where']} form={form.key} label={t('whose')} />
              )}
            </div>
            <ChoicesSlot at={[...here, 'do']} label={t('may')} choices={DEEDS.map((d) => ({ value: d, label: t(`may_${d}`) }))} />
            <ChoicesSlot at={[...here, 'hide']} label={t('hiddenFields')} choices={fields} placeholder={t('none')} />
            {phones.length > 0 || g.mask ? <ChoicesSlot at={[...here, 'mask']} label={t('maskedPhones')} hint={t('maskedPhonesHint')} choices={phones} placeholder={t('none')} /> : null}
            <IconButton
              icon="trash"
              label={t('remove')}
              onClick={() => slot.set(list.length === 1 ? undefined : list.toSpliced(i, 1))}
            />
          </div>
        );
      })}
      <Problems list={list.length === 0 ? slot.problems : slot.problems.filter((p) => p.path === slot.path)} />
    </Part>
  );
}
