import { Select } from 'antd';
import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Form, Lang, Text } from '@/model/definition';
import type { Path } from '@/model/path';
import { exactText, spliced, withText } from '@/model/text';
import { useText } from '@/ui/text';
import { useDefinition, useLanguages, useSlot } from '../context';
import { useReaderLanguage } from './choices';

export interface Insert {
  value: string;
  label: string;
}

const UNSAID: readonly string[] = ['table', 'static', 'attachment', 'image', 'signature'];

/** What a text about a record can say of it: each field by its name, and amounts in capitals. */
export function useInserts(form: Form | undefined): Insert[] {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  if (!form) return [];
  const behind = form.fields
    .filter((f) => f.type === 'reference')
    .flatMap((f) => (def.forms?.find((x) => x.key === f.form)?.fields ?? []).filter((x) => !UNSAID.includes(x.type)).map((x) => ({ value: `{{ ${f.key}.${x.key} }}`, label: `${text(f.name, f.key)} · ${text(x.name, x.key)}` })));
  const plain = form.fields.filter((f) => !UNSAID.includes(f.type));
  return [
    { value: '{{ number }}', label: t('track_number') },
    ...plain.map((f) => ({ value: `{{ ${f.key} }}`, label: text(f.name, f.key) })),
    ...plain.filter((f) => f.type === 'money').map((f) => ({ value: `{{ cnAmount(${f.key}) }}`, label: t('capitalsOf', { field: text(f.name, f.key) }) })),
    ...behind,
  ];
}

/** The text slots of a place, with a choice of what can be put in: where the cursor was, in the language it was in; at the end when it was nowhere. */
export function Insertable({ at, inserts, children, aside }: { at: Path; inserts: readonly Insert[]; children: ReactNode; aside?: ReactNode }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Text>(at);
  const languages = useLanguages();
  const reader = useReaderLanguage();
  const last = useRef<HTMLTextAreaElement | HTMLInputElement>(undefined);
  const put = (what: string) => {
    const box = last.current?.isConnected ? last.current : undefined;
    const lang = (box?.lang as Lang | undefined) || reader;
    const before = exactText(slot.value, lang);
    const [text, cursor] = spliced(before, what, box?.selectionStart ?? before.length, box?.selectionEnd ?? before.length);
    slot.set(withText(slot.value, lang, text, languages));
    window.requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(cursor, cursor);
    });
  };
  return (
    <div
      className="d-insertable"
      onFocus={(e) => {
        if (e.target instanceof HTMLTextAreaElement || (e.target instanceof HTMLInputElement && e.target.lang)) last.current = e.target;
      }}
    >
      {children}
      {inserts.length > 0 ? (
        <div className="row">
          <Select className="sp" aria-label={t('printInsert')} placeholder={t('printInsert')} value={null} options={[...inserts]} showSearch={{ optionFilterProp: 'label' }} onChange={(v: string | null) => (v ? put(v) : undefined)} />
          {aside}
        </div>
      ) : null}
    </div>
  );
}
