import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Use } from '@/model/definition';
import { useText } from '@/ui/text';
import { neighboursQuery, type Neighbour } from './api';
import { useDefinition, useDraft, useSlot } from './context';
import { IconButton, Part, Problems, Row } from './controls/Row';

/** What the app uses of other apps, form by form and field by field, and which apps use it. */
export function Uses() {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const slot = useSlot<Use[]>(['uses']);
  const all = useDraft((s) => s.problems);
  const { data } = useQuery(neighboursQuery(def.key));
  const uses = slot.value ?? [];
  const problems = useMemo(() => all.filter((p) => p.path === '/uses' || p.path.startsWith('/uses/')), [all]);
  const free = (data?.usable ?? []).filter((a) => !uses.some((u) => u.app === a.key));
  const put = (next: Use[]) => slot.set(next.length === 0 ? undefined : next);
  if (data && data.usable.length === 0 && uses.length === 0 && data.usedBy.length === 0) return null;
  return (
    <Part title={t('uses')} note={t('usesHint')}>
      {uses.map((use, i) => (
        <UsedApp
          key={use.app}
          use={use}
          app={data?.usable.find((a) => a.key === use.app)}
          onChange={(next) => put(uses.with(i, next))}
          onRemove={() => put(uses.toSpliced(i, 1))}
        />
      ))}
      <Problems list={problems} />
      {free.length > 0 ? (
        <Select
          className="d-wide"
          aria-label={t('usesAdd')}
          placeholder={t('usesAdd')}
          value={null}
          options={free.map((a) => ({ value: a.key, label: text(a.name, a.key) }))}
          onChange={(app: string | null) => app && put([...uses, { app, forms: {} }])}
        />
      ) : null}
      {data && data.usedBy.length > 0 ? <UsedBy apps={data.usedBy} /> : null}
    </Part>
  );
}

function UsedApp({ use, app, onChange, onRemove }: { use: Use; app: Neighbour | undefined; onChange: (use: Use) => void; onRemove: () => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const name = text(app?.name, use.app);
  const free = (app?.forms ?? []).filter((f) => !Object.hasOwn(use.forms, f.key) && f.fields.length > 0);
  const put = (form: string, fields: string[]) => onChange({ ...use, forms: { ...use.forms, [form]: fields } });
  return (
    <div className="d-condition" role="group" aria-label={name}>
      <b>{name}</b>
      {Object.entries(use.forms).map(([key, fields]) => {
        const form = app?.forms.find((f) => f.key === key);
        // What is no longer there stays to be seen, and to be taken out.
        const known = (form?.fields ?? []).map((f) => ({ value: f.key, label: text(f.name, f.key) }));
        const gone = fields.filter((f) => !known.some((k) => k.value === f)).map((f) => ({ value: f, label: f }));
        const label = text(form?.name, key);
        return (
          <Row key={key} label={label} aside={<IconButton icon="close" label={t('usesRemoveForm', { name: label })} onClick={() => onChange({ ...use, forms: without(use.forms, key) })} />}>
            {(id) => (
              <Select
                id={id}
                mode="multiple"
                className="d-wide"
                optionFilterProp="label"
                aria-label={t('usesFields', { name: label })}
                placeholder={t('usesFields', { name: label })}
                value={fields}
                options={[...known, ...gone]}
                onChange={(next: string[]) => put(key, next)}
              />
            )}
          </Row>
        );
      })}
      {free.length > 0 ? (
        <Select
          className="d-wide"
          aria-label={t('usesAddForm', { name })}
          placeholder={t('usesAddForm', { name })}
          value={null}
          options={free.map((f) => ({ value: f.key, label: text(f.name, f.key) }))}
          onChange={(form: string | null) => form && put(form, [free.find((f) => f.key === form)?.fields[0]?.key ?? ''].filter(Boolean))}
        />
      ) : null}
      <IconButton icon="trash" label={t('usesRemove', { name })} onClick={onRemove} />
    </div>
  );
}

function without<T>(map: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([k]) => k !== key));
}

function UsedBy({ apps }: { apps: readonly Neighbour[] }) {
  const { t } = useTranslation('designer');
  const text = useText();
  return (
    <div className="d-row">
      <div className="d-label">{t('usedByApps')}</div>
      <ul className="d-usedby">
        {apps.flatMap((a) =>
          a.forms.map((f) => (
            <li key={`${a.key}.${f.key}`}>
              <b>{text(a.name, a.key)}</b> · {text(f.name, f.key)}: {f.fields.map((x) => text(x.name, x.key)).join(t('listComma'))}
            </li>
          )),
        )}
      </ul>
      <p className="s">{t('usedByHint')}</p>
    </div>
  );
}
