import { useTranslation } from 'react-i18next';
import { isEmpty } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Form } from '@/model/definition';
import { fieldOf } from './model';

/** A value of a form's field, read only, outside a form. Inside a FieldEnvContext it knows names of options. */
export function Value({ form, field, value }: { form: Form | undefined; field: string; value: unknown }) {
  const { t } = useTranslation();
  if (isEmpty(value)) return <span className="dim">{t('none')}</span>;
  const found = fieldOf(form, field);
  if (!found) return <>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</>;
  const { Cell } = kindOf(found.type);
  return <Cell field={found} value={value} />;
}
