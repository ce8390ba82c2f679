import { Select } from 'antd';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Field, Text } from '@/model/definition';
import type { Path } from '@/model/path';
import { exactText, missingLanguages, withText } from '@/model/text';
import { useText } from '@/ui/text';
import { SlotText, type SlotTextHandle } from '@/ui/slotText';
import { useDefinition, useDraft, useLanguages, useSlot } from '../context';
import { useReaderLanguage } from './choices';
import type { Insert } from './Insertable';
import { Row } from './Row';
import { LANGUAGE_NAMES } from './slots';
import { useReadingOf } from './useLexica';
import { useMarks } from './FormulaSlot';

interface Props {
  at: Path;
  label: string;
  form: string;
  /** Inside a table: its columns. */
  columns?: readonly Field[];
  inserts: readonly Insert[];
  single?: boolean;
  hint?: string;
  placeholder?: string;
}

/** A text with fields in it, seen by their names: in the reader's language, and in the app's others on demand. */
export function TemplateSlot({ at, label, form, columns, inserts, single, hint, placeholder }: Props) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Text>(at);
  const languages = useLanguages();
  const reader = useReaderLanguage();
  const plain = useReadingOf(form, columns);
  const text = useText();
  const def = useDefinition();
  const reading = useCallback(
    (expression: string) => {
      const page = def.tracking?.find((p) => p.key === /^trackingLink\(\s*['"](\w+)['"]\s*\)$/.exec(expression)?.[1]);
      return page ? t('insertLink', { name: text(page.name, page.key) }) : plain(expression);
    },
    [def.tracking, plain, t, text],
  );
  const stale = useDraft((s) => s.stale);
  const [open, setOpen] = useState(false);
  const several = languages.length > 1;
  const shown = open ? [reader, ...languages.filter((l) => l !== reader)] : [reader];
  const missing = slot.value === undefined ? [] : missingLanguages(slot.value, languages);
  const editors = useRef(new Map<string, SlotTextHandle>());
  const last = useRef<string>(reader);
  const first = exactText(slot.value, reader);
  const here = useMemo(() => slot.problems.filter((p) => p.path === slot.path || p.path === `${slot.path}/${reader}`), [slot.problems, slot.path, reader]);
  const marks = useMarks(here, first, stale);
  return (
    <Row
      label={label}
      {...(hint ? { hint } : {})}
      path={slot.path}
      problems={slot.problems}
      aside={
        several ? (
          <button type="button" className={`link s ${missing.length > 0 ? 'warn' : ''}`} aria-expanded={open} onClick={() => setOpen(!open)}>
            {missing.length > 0 ? t('missingLanguages', { languages: missing.map((l) => LANGUAGE_NAMES[l]).join(' ') }) : t('languages', { count: languages.length })}
          </button>
        ) : null
      }
    >
      {() => (
        <div className="d-insertable">
          {shown.map((l) => (
            <div key={l} className="d-lang">
              {open ? <span className="s">{LANGUAGE_NAMES[l]}</span> : null}
              <SlotText
                ref={(handle) => {
                  if (handle) editors.current.set(l, handle);
                  else editors.current.delete(l);
                }}
                label={several ? `${label} ${LANGUAGE_NAMES[l]}` : label}
                lang={l}
                value={exactText(slot.value, l)}
                reader={reading}
                marks={l === reader ? marks : NONE}
                {...(single ? { single } : {})}
                {...(placeholder && l === reader ? { placeholder } : {})}
                onFocus={() => {
                  last.current = l;
                }}
                onBlur={slot.settle}
                onChange={(value) => slot.type(withText(slot.value, l, value, languages))}
              />
            </div>
          ))}
          {inserts.length > 0 ? (
            <Select
              size="small"
              aria-label={t('printInsert')}
              placeholder={t('printInsert')}
              value={null}
              options={[...inserts]}
              showSearch={{ optionFilterProp: 'label' }}
              onChange={(v: string | null) => {
                if (v) (editors.current.get(last.current) ?? editors.current.get(reader))?.insert(v);
              }}
            />
          ) : null}
        </div>
      )}
    </Row>
  );
}

const NONE: never[] = [];
