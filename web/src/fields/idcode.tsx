import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { LineInput } from './LineInput';
import { ChoiceSetting, TextSetting } from './settings';

/** A code's letters are capital, so a phone's keyboard starts with those. */
function IdcodeInput({ field, path: _path, ...rest }: InputProps) {
  return <LineInput {...rest} mode="text" code maxLength={field.kind === 'custom' ? 200 : 40} />;
}

export function CodeCell({ value }: CellProps) {
  return typeof value === 'string' ? <span className="code-value">{value}</span> : null;
}

function IdcodeSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  const kind = field.kind ?? 'uscc';
  return (
    <>
      <ChoiceSetting
        label={t('idKind')}
        help={t('idKindHelp')}
        value={kind}
        options={['uscc', 'tax', 'custom'].map((k) => ({ value: k, label: t(`idKind.${k}`) }))}
        onChange={(next) => onChange({ kind: next === 'uscc' ? undefined : next, ...(next === 'custom' ? {} : { pattern: undefined }) } as Partial<typeof field>)}
      />
      {kind === 'custom' ? (
        <TextSetting label={t('pattern')} help={t('patternHelp')} mono value={field.pattern} onChange={(pattern) => onChange({ pattern })} />
      ) : null}
    </>
  );
}

export const idcode: FieldKind = {
  type: 'idcode', icon: 'idCard', Input: IdcodeInput, Cell: CodeCell, Settings: IdcodeSettings, filters: ['contains', 'is', 'isNot', 'empty', 'notEmpty'],
};
