import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Page, RecordItem } from '@/api/types';
import { useText } from '@/ui/text';
import { useDefinition, usePlaceInDesigner } from '../context';

/** As many as a sandbox can be asked to begin with. */
const MOST = 20;

/** Real records whose copies a sandbox begins with, found form by form by their titles. Absent while nothing of the app is live. */
export function CopiesPart({ chosen, onChange }: { chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { t } = useTranslation('sandbox');
  const text = useText();
  const def = useDefinition();
  const { app } = usePlaceInDesigner();
  const forms = def.forms ?? [];
  const [form, setForm] = useState(def.processes?.[0]?.form ?? forms[0]?.key);
  const [search, setSearch] = useState('');
  const [names, setNames] = useState<Record<string, string>>({});
  const list = useQuery<Page<RecordItem>>({
    queryKey: ['preview-records', app, form, search],
    enabled: form !== undefined,
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.get<Page<RecordItem>>(`/apps/${app}/forms/${form}/records`, { query: { limit: 30, q: search }, signal }),
  });
  if (form === undefined || list.isError) return null;
  const found = (list.data?.items ?? []).map((r) => ({ value: r.id, label: [r.number, r.title].filter(Boolean).join(' ') || r.id }));
  const options = [...found, ...chosen.filter((id) => !found.some((f) => f.value === id)).map((id) => ({ value: id, label: names[id] ?? id }))];
  return (
    <div className="d-trypart">
      <label className="d-label" htmlFor="try-copies">
        {t('tryCopies')}
      </label>
      <div className="d-copies">
        {forms.length > 1 ? (
          <Select
            aria-label={t('tryCopiesOf')}
            value={form}
            options={forms.map((f) => ({ value: f.key, label: text(f.name, f.key) }))}
            onChange={setForm}
            popupMatchSelectWidth={false}
          />
        ) : null}
        <Select
          id="try-copies"
          mode="multiple"
          maxCount={MOST}
          value={chosen}
          options={options}
          placeholder={t('tryCopiesNone')}
          showSearch={{ filterOption: false, onSearch: setSearch }}
          onChange={(ids: string[], picked) => {
            setNames({ ...names, ...Object.fromEntries([picked].flat().flatMap((o) => (o ? [[o.value, o.label]] : []))) });
            onChange(ids);
          }}
        />
      </div>
      <p className="s">{t('tryCopiesHint')}</p>
    </div>
  );
}
