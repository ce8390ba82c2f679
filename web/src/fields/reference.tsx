import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { recordsPath } from '@/api/queries';
import type { Page, RecordItem } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { useClearable } from '@/ui/clearable';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { readRef } from './ref';
import { ChoiceSetting, TextSetting } from './settings';

/** The app and form a reference points to: “b2b.account” is a form of another app. */
function placeOf(app: string, form: string): [app: string, form: string] {
  const dot = form.indexOf('.');
  return dot < 0 ? [app, form] : [form.slice(0, dot), form.slice(dot + 1)];
}

/** Forms of other apps that the app uses. */
function formsInUse(def: SettingsProps['definition']) {
  return (def.uses ?? []).flatMap((u) => Object.keys(u.forms).map((form) => ({ value: `${u.app}.${form}`, label: `${u.app} · ${form}` })));
}

function ReferenceInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { app, definition } = useFieldEnv();
  const { t } = useTranslation(['fields', 'common']);
  const clearable = useClearable();
  const text = useText();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const form = field.form ?? '';
  const { data, isFetching } = useQuery({
    queryKey: ['records', app, form, 'choose', q, field.where ?? ''],
    queryFn: ({ signal }) => api.get<Page<RecordItem>>(recordsPath(...placeOf(app, form)), { query: { q, where: field.where, limit: 20 }, signal }),
    enabled: open && form !== '',
    placeholderData: keepPreviousData,
  });
  const ref = readRef(value);
  const options = (data?.items ?? []).map((r) => ({ value: r.id, label: r.title, note: r.number ?? '' }));
  if (ref && !options.some((o) => o.value === ref.id) && q === '') options.unshift({ value: ref.id, label: ref.title, note: '' });
  const formName = text(definition.forms?.find((f) => f.key === form)?.name, form);
  return (
    <div className="ref">
      <Select
        id={id}
        style={{ width: '100%' }}
        value={ref ? ({ value: ref.id, label: ref.title } as { value: string }) : null}
        labelInValue
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) setTyped('');
        }}
        options={options}
        optionRender={(o) => (
          <span className="row">
            <span className="el sp">{o.label}</span>
            <span className="s">{(o.data as { note: string }).note}</span>
          </span>
        )}
        showSearch={{ filterOption: false, onSearch: setTyped }}
        notFoundContent={<p className="pad dim">{isFetching ? t('common:loading') : t('noneFound', { name: formName })}</p>}
        allowClear={clearable(!field.required)}
        placeholder={t('chooseOf', { name: formName })}
        onChange={(v: { value: string } | null | undefined) => {
          const found = v ? options.find((o) => o.value === v.value) : undefined;
          onChange(v ? { id: v.value, title: found?.label ?? v.value } : null);
          onLeave?.();
        }}
        disabled={disabled ?? false}
        aria-describedby={describedBy}
        {...(label ? { 'aria-label': label } : {})}
        {...(invalid ? { status: 'error' as const } : {})}
      />
      {ref ? (
        <Link className="ib" to="/r/$id" params={{ id: ref.id }} aria-label={t('openRef', { name: ref.title })} title={t('openRef', { name: ref.title })}>
          <Icon name="link" />
        </Link>
      ) : null}
    </div>
  );
}

function ReferenceCell({ value }: CellProps) {
  const ref = readRef(value);
  if (!ref) return null;
  return (
    <Link to="/r/$id" params={{ id: ref.id }} onClick={(e) => e.stopPropagation()}>
      {ref.title}
    </Link>
  );
}

function ReferenceSettings({ field, definition, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  return (
    <>
      <ChoiceSetting
        label={t('refForm')}
        value={field.form}
        options={[...(definition.forms ?? []).map((f) => ({ value: f.key, label: text(f.name, f.key) })), ...formsInUse(definition)]}
        onChange={(form) => onChange({ form })}
      />
      <TextSetting label={t('refWhere')} help={t('refWhereHelp')} mono value={field.where} onChange={(where) => onChange({ where })} />
      <ChoiceSetting
        label={t('onDelete')}
        value={field.onDelete ?? 'restrict'}
        options={[
          { value: 'restrict', label: t('onDelete.restrict') },
          { value: 'keep', label: t('onDelete.keep') },
          { value: 'clear', label: t('onDelete.clear') },
        ]}
        onChange={(v) => onChange({ onDelete: v === 'keep' || v === 'clear' ? v : undefined })}
      />
    </>
  );
}

export const reference: FieldKind = {
  type: 'reference', icon: 'reference', Input: ReferenceInput, Cell: ReferenceCell, Settings: ReferenceSettings, filters: ['is', 'empty', 'notEmpty'],
};
