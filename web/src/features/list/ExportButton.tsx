import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

const FORMATS = {
  xlsx: { body: { format: 'xlsx' }, end: 'xlsx', label: 'exportXlsx' },
  csv: { body: { format: 'csv', encoding: 'utf-8' }, end: 'csv', label: 'exportCsv' },
  gb: { body: { format: 'csv', encoding: 'gb18030' }, end: 'csv', label: 'exportGb' },
} as const;

/** Takes the records of the list out as a file, as it is filtered and sorted. */
export function ExportButton({ app, form, query }: { app: string; form: string; query: { where: string; q: string; sort: string[] } }) {
  const { t } = useTranslation('list');
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const save = async (kind: keyof typeof FORMATS) => {
    setBusy(true);
    try {
      const { body, end } = FORMATS[kind];
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await api.download(`/apps/${app}/forms/${form}/export`, { ...query, ...body }));
      link.download = `${form}.${end}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
    setBusy(false);
  };
  return (
    <Dropdown
      autoFocus
      trigger={['click']}
      menu={{ items: Object.entries(FORMATS).map(([key, f]) => ({ key, label: t(f.label) })), onClick: ({ key }) => void save(key as keyof typeof FORMATS) }}
    >
      <Button icon={<Icon name="download" />} loading={busy}>
        {t('export')}
      </Button>
    </Dropdown>
  );
}
