import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Page, RecordItem } from '@/api/types';
import { useDraft } from '../context';

/** A real record to preview with: the newest first, found by their titles. */
export function useRecord(form: string | undefined): { record: string | undefined; picker: React.ReactNode; none: boolean } {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const [chosen, setChosen] = useState<string>();
  const [text, setText] = useState('');
  const list = useQuery<Page<RecordItem>>({
    queryKey: ['preview-records', app, form, text],
    enabled: Boolean(form),
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.get<Page<RecordItem>>(`/apps/${app}/forms/${form}/records`, { query: { limit: 30, q: text }, signal }),
  });
  const items = list.data?.items ?? [];
  const record = chosen && (text !== '' || items.some((r) => r.id === chosen)) ? chosen : items[0]?.id;
  const picker = (
    <Select
      className="d-wide"
      aria-label={t('previewRecord')}
      placeholder={t('previewRecord')}
      value={record ?? null}
      options={items.map((r) => ({ value: r.id, label: [r.number, r.title].filter(Boolean).join(' ') || r.id }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      onChange={(id: string | null) => setChosen(id ?? undefined)}
    />
  );
  return { record, picker, none: list.isError || (list.isSuccess && items.length === 0 && text === '') };
}
