import { useQuery } from '@tanstack/react-query';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Person, Text } from '@/api/types';
import type { Form } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Pop } from '@/ui/Pop';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { recordPath } from './actions';
import { fieldOf } from './model';
import { Value } from './Value';

interface Answer {
  text: Text;
  formula?: string;
  inputs?: { name: string; value: unknown }[];
  release?: number;
  at?: string;
  by?: Person | null;
}

/** A formula with its fields by their names instead of their keys. Texts in quotes stay as they are. */
export function readable(formula: string, nameOf: (key: string) => string | undefined): string {
  return formula.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b[A-Za-z_]\w*\b(?!\s*\()/g, (token) => (/^['"]/.test(token) ? token : (nameOf(token) ?? token)));
}

/** Why a computed value is what it is: the formula, what went in, and whose change made it. */
export const Why = memo(function Why({ recordId, form, field, name }: { recordId: string; form: Form; field: string; name: string }) {
  const { t } = useTranslation('record');
  const [open, setOpen] = useState(false);
  return (
    <Pop
      open={open}
      onOpenChange={setOpen}
      placement="bottomRight"
      arrow={false}
      content={<Reason recordId={recordId} form={form} field={field} name={name} />}
    >
      <button type="button" className="why" aria-label={t('why', { name })} aria-expanded={open}>
        <Icon name="why" size={14} />
      </button>
    </Pop>
  );
});

function Reason({ recordId, form, field, name }: { recordId: string; form: Form; field: string; name: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['record', recordId, 'why', field],
    queryFn: ({ signal }) => api.get<Answer>(`${recordPath(recordId)}/why`, { query: { path: `/data/${field}` }, signal }),
  });
  const nameOf = (key: string) => {
    for (const candidate of [...form.fields, ...form.fields.flatMap((f) => f.fields ?? [])]) {
      if (candidate.key === key) return text(candidate.name, key);
    }
    return undefined;
  };
  return (
    <div className="why-card" role="dialog" aria-label={t('why', { name })}>
      <h3>{t('why', { name })}</h3>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <>
          <p className="s">{data.formula ? `${name} = ${readable(data.formula, nameOf)}` : text(data.text)}</p>
          <dl>
            {data.inputs?.map((input) => (
              <div key={input.name}>
                <dt className="s">{nameOf(input.name) ?? input.name}</dt>
                <dd>{fieldOf(form, input.name) ? <Value form={form} field={input.name} value={input.value} /> : String(input.value ?? '–')}</dd>
              </div>
            ))}
          </dl>
          <footer className="s">{[data.release ? t('releaseN', { n: data.release }) : '', data.at ? format.moment(data.at) : '', data.by?.name].filter(Boolean).join(' · ')}</footer>
        </>
      ) : null}
    </div>
  );
}
