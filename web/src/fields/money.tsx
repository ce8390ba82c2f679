import { useTranslation } from 'react-i18next';
import { isMoney } from '@/ui/format';
import { useCompany, useFormat } from '@/ui/locale';
import { currencyOf, formAround, varies } from './currency';
import { DecimalInput } from './DecimalInput';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { CountSetting, SlotSetting, TextSetting } from './settings';

function MoneyInput({ field, value, onChange, path: _path, now, ...rest }: InputProps) {
  const { definition } = useFieldEnv();
  const company = useCompany();
  const form = formAround(definition, field);
  const own = field.currency ?? definition.currency ?? company.currency;
  // Where it varies by record, useForm keeps the amounts in the record's.
  const said = isMoney(value) ? value.currency : varies(form, field) ? currencyOf(form, now?.data, own) : undefined;
  const currency = said ?? own;
  return (
    <DecimalInput
      {...rest}
      value={isMoney(value) ? value.amount : ''}
      onChange={(amount) => onChange(amount === '' ? null : { amount, currency })}
      // In a table the company's own currency goes without saying.
      suffix={rest.label && currency === company.currency ? undefined : <span className="s">{currency}</span>}
    />
  );
}

function MoneyCell({ value }: CellProps) {
  const format = useFormat();
  return <>{isMoney(value) ? format.money(value) : ''}</>;
}

function MoneySettings({ field, definition, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('min')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('max')} value={field.max} onChange={(max) => onChange({ max })} />
      <CountSetting label={t('scale')} help={t('moneyScaleHelp')} max={8} value={field.scale} onChange={(scale) => onChange({ scale })} />
      <TextSetting
        label={t('currency')}
        help={formAround(definition, field)?.currency ? t('currencyVaries') : t('currencyHelp', { currency: definition.currency ?? '' })}
        value={field.currency}
        onChange={(currency) => onChange({ currency: currency?.toUpperCase() })}
      />
    </>
  );
}

export const money: FieldKind = {
  type: 'money', icon: 'money', Input: MoneyInput, Cell: MoneyCell, Settings: MoneySettings, numeric: true, filters: ['atLeast', 'atMost', 'empty', 'notEmpty'],
};
