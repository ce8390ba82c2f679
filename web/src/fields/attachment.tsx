import { useTranslation } from 'react-i18next';
import { FilesCell, FilesInput } from './files';
import type { FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting } from './settings';

function AttachmentInput(props: InputProps) {
  return <FilesInput {...props} pictures={false} />;
}

export function FilesSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return <CountSetting label={t('maxFiles')} help={t('maxFilesHelp')} max={50} value={typeof field.max === 'number' ? field.max : undefined} onChange={(max) => onChange({ max })} />;
}

export const attachment: FieldKind = {
  type: 'attachment', icon: 'attach', Input: AttachmentInput, Cell: FilesCell, Settings: FilesSettings, links: true, noFormula: true, filters: [],
};
