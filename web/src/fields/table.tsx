import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { SlotSetting } from './settings';
import { TableGrid } from './TableGrid';
import { TableItems } from './TableItems';
import { rowsOf } from './tableRows';
import './table.css';

function TableInput(props: InputProps) {
  const { phone } = useFieldEnv();
  return phone ? <TableItems {...props} /> : <TableGrid {...props} />;
}

function TableCell({ field, value }: CellProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  const rows = rowsOf(value);
  return <>{rows.length === 0 ? '' : t('rowCount', { count: rows.length, name: text(field.name, field.key) })}</>;
}

function TableSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('minRows')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('maxRows')} value={field.max} onChange={(max) => onChange({ max })} />
    </>
  );
}

export const table: FieldKind = {
  type: 'table', icon: 'table', Input: TableInput, Cell: TableCell, Settings: TableSettings, wide: true, fresh: { fields: [] }, filters: [],
};
