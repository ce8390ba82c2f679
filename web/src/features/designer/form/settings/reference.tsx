import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../context';
import { useFieldChoices, useReferenceChoices } from '../../controls/choices';
import { FormulaSlot } from '../../controls/FormulaSlot';
import { AddButton, IconButton, Row } from '../../controls/Row';
import { ChoiceSlot } from '../../controls/slots';
import type { SettingsProps } from './registry';

/** Records of another form: which, which of them, and what is copied over when one is chosen. */
export function ReferenceSettings({ at, form, field, columns }: SettingsProps) {
  const { t } = useTranslation(['designer', 'fields']);
  const forms = useReferenceChoices();
  return (
    <>
      <ChoiceSlot at={[...at, 'form']} label={t('fields:refForm')} choices={forms} unset={t('chooseForm')} />
      {field.form ? (
        <>
          <FormulaSlot at={[...at, 'where']} form={field.form} label={t('fields:refWhere')} placeholder="status == 'active'" />
          <Fill at={at} form={form} field={field} columns={columns} />
        </>
      ) : null}
      <ChoiceSlot
        at={[...at, 'onDelete']}
        label={t('fields:onDelete')}
        unset={t('fields:onDelete.restrict')}
        unsetAs="restrict"
        choices={[
          { value: 'keep', label: t('fields:onDelete.keep') },
          { value: 'clear', label: t('fields:onDelete.clear') },
        ]}
      />
    </>
  );
}

function Fill({ at, form, field, columns }: SettingsProps) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const ofForm = useFieldChoices(form);
  const theirs = useFieldChoices(field.form ?? '');
  const own = columns
    ? columns.map((c) => ({ value: c.key, label: ofForm.find((x) => x.value === c.key)?.label ?? c.key }))
    : ofForm;
  const fill = Object.entries(field.fill ?? {});
  const free = own.find((o) => o.value !== field.key && !Object.hasOwn(field.fill ?? {}, o.value));
  const put = (entries: [string, string][]) =>
    apply({ op: 'set', at: [...at, 'fill'], value: entries.length === 0 ? undefined : Object.fromEntries(entries) });
  return (
    <Row label={t('fill')} hint={t('fillHint')}>
      {() => (
        <div className="d-fill">
          {fill.map(([to, from], i) => (
            <div key={to} className="d-whorow">
              <Select
                className="sp"
                aria-label={t('fillFrom', { n: i + 1 })}
                value={from}
                options={theirs}
                onChange={(v) => put(fill.with(i, [to, v]))}
              />
              <span aria-hidden="true">→</span>
              <Select
                className="sp"
                aria-label={t('fillTo', { n: i + 1 })}
                value={to}
                options={own}
                onChange={(v) => put(fill.with(i, [v, from]))}
              />
              <IconButton icon="close" label={t('remove')} onClick={() => put(fill.toSpliced(i, 1))} />
            </div>
          ))}
          {free && theirs[0] ? (
            <AddButton onClick={() => put([...fill, [free.value, theirs[0]!.value]])}>{t('addFill')}</AddButton>
          ) : null}
        </div>
      )}
    </Row>
  );
}
