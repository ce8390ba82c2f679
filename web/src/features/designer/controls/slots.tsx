import { Checkbox, Input, InputNumber, Segmented, Select, Switch } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Lang, type Text } from '@/model/definition';
import type { Path } from '@/model/path';
import { exactText, missingLanguages, withText } from '@/model/text';
import { useLanguages, useSlot } from '../context';
import { Problems, Row } from './Row';

interface Props {
  at: Path;
  label: string;
  hint?: string;
  question?: string;
  placeholder?: string;
  aside?: ReactNode;
}

export const LANGUAGE_NAMES: Record<Lang, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };

/** A text people read, in the reader's own language, and in the app's others on demand. */
export function TextSlot({
  at,
  label,
  hint,
  question,
  placeholder,
  rows,
  prefixed,
}: Props & { rows?: number; prefixed?: string }) {
  const slot = useSlot<Text>(at);
  const languages = useLanguages();
  const { t, i18n } = useTranslation('designer');
  const [open, setOpen] = useState(false);
  const reader = languages.includes(i18n.language as Lang) ? (i18n.language as Lang) : (languages[0] ?? LANGUAGES[0]);
  const shown = open ? [reader, ...languages.filter((l) => l !== reader)] : [reader];
  const missing = slot.value === undefined ? [] : missingLanguages(slot.value, languages);
  const several = languages.length > 1;
  return (
    <Row
      label={label}
      {...(hint ? { hint } : {})}
      {...(question ? { question } : {})}
      path={slot.path}
      problems={slot.problems}
      aside={
        several ? (
          <button
            type="button"
            className={`link s ${missing.length > 0 ? 'warn' : ''}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {missing.length > 0
              ? t('missingLanguages', { languages: missing.map((l) => LANGUAGE_NAMES[l]).join(' ') })
              : t('languages', { count: languages.length })}
          </button>
        ) : null
      }
    >
      {(id) =>
        shown.map((l, i) => {
          const props = {
            id: i === 0 ? id : `${id}${l}`,
            value: exactText(slot.value, l),
            placeholder: i === 0 ? placeholder : undefined,
            'aria-label': several ? `${prefixed ?? label} ${LANGUAGE_NAMES[l]}` : (prefixed ?? label),
            lang: l,
            onBlur: slot.settle,
          };
          const change = (value: string) => slot.type(withText(slot.value, l, value, languages));
          return (
            <div key={l} className="d-lang">
              {open ? <span className="s">{LANGUAGE_NAMES[l]}</span> : null}
              {rows ? (
                <Input.TextArea {...props} autoSize={{ minRows: rows, maxRows: 12 }} onChange={(e) => change(e.target.value)} />
              ) : (
                <Input {...props} onChange={(e) => change(e.target.value)} />
              )}
            </div>
          );
        })
      }
    </Row>
  );
}

/** A word that is the same in every language: a unit, a pattern. */
export function WordSlot({ at, label, hint, placeholder }: Props) {
  const slot = useSlot<string>(at);
  return (
    <Row label={label} {...(hint ? { hint } : {})} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Input
          id={id}
          value={slot.value ?? ''}
          placeholder={placeholder}
          onBlur={slot.settle}
          onChange={(e) => slot.type(e.target.value)}
        />
      )}
    </Row>
  );
}

export function NumberSlot({
  at,
  label,
  hint,
  placeholder,
  min,
  max,
  suffix,
}: Props & { min?: number; max?: number; suffix?: string }) {
  const slot = useSlot<number>(at);
  return (
    <Row label={label} {...(hint ? { hint } : {})} path={slot.path} problems={slot.problems}>
      {(id) => (
        <InputNumber
          id={id}
          className="d-wide"
          value={slot.value ?? null}
          placeholder={placeholder}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          precision={0}
          suffix={suffix}
          onBlur={slot.settle}
          onChange={(v) => slot.type(v === null ? undefined : v)}
        />
      )}
    </Row>
  );
}

/** A number or a formula; what reads as a number is written as one. */
export function NumberOrFormulaSlot({ at, label, hint, placeholder }: Props) {
  const slot = useSlot<number | string>(at);
  return (
    <Row label={label} {...(hint ? { hint } : {})} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Input
          id={id}
          value={slot.value === undefined ? '' : String(slot.value)}
          placeholder={placeholder}
          onBlur={slot.settle}
          onChange={(e) => {
            const text = e.target.value.trim();
            // Only what survives the way back is a number: "0." and "1e" are still being typed, and long digits must stay exact.
            slot.type(text !== '' && String(Number(text)) === text ? Number(text) : e.target.value);
          }}
        />
      )}
    </Row>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface ChoiceProps extends Props {
  choices: readonly Choice[];
  /** What it says when nothing is chosen; without it something must be. */
  unset?: string;
  /** The word that means the same as nothing chosen: the default. */
  unsetAs?: string;
}

export function ChoiceSlot({ at, label, hint, question, choices, unset, unsetAs, aside }: ChoiceProps) {
  const slot = useSlot<string>(at);
  const value = slot.value === unsetAs ? undefined : slot.value;
  const all = withUnknown(choices, value === undefined ? [] : [value]);
  return (
    <Row
      label={label}
      {...(hint ? { hint } : {})}
      {...(question ? { question } : {})}
      aside={aside}
      path={slot.path}
      problems={slot.problems}
    >
      {(id) => (
        <Select
          id={id}
          className="d-wide"
          aria-label={label}
          value={value ?? (unset === undefined ? null : '')}
          options={unset === undefined ? all : [{ value: '', label: unset }, ...all]}
          onChange={(v) => slot.set(v === '' || v === null ? undefined : v)}
          showSearch={all.length > 8 ? { optionFilterProp: 'label' } : false}
        />
      )}
    </Row>
  );
}

export function ChoicesSlot({ at, label, hint, choices, placeholder }: Props & { choices: readonly Choice[] }) {
  const slot = useSlot<string[]>(at);
  return (
    <Row label={label} {...(hint ? { hint } : {})} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Select
          id={id}
          mode="multiple"
          className="d-wide"
          aria-label={label}
          value={slot.value ?? []}
          placeholder={placeholder}
          options={withUnknown(choices, slot.value ?? [])}
          onChange={(v) => slot.set(v.length === 0 ? undefined : v)}
          showSearch={{ optionFilterProp: 'label' }}
        />
      )}
    </Row>
  );
}

/** Keeps values that are no longer offered on show, under their key, so that nothing is lost unseen. */
function withUnknown(choices: readonly Choice[], values: readonly string[]): Choice[] {
  return [
    ...choices,
    ...values.filter((v) => v !== '' && !choices.some((c) => c.value === v)).map((v) => ({ value: v, label: v })),
  ];
}

export function SwitchSlot({ at, label, hint }: Props) {
  const slot = useSlot<boolean>(at);
  return (
    <div className="d-row d-switch" data-path={slot.path}>
      <label>
        <span>{label}</span>
        {hint ? <span className="s">{hint}</span> : null}
        <Switch size="small" aria-label={label} checked={slot.value ?? false} onChange={(on) => slot.set(on || undefined)} />
      </label>
      <Problems list={slot.problems} />
    </div>
  );
}

export function CheckSlot({ at, label }: Props) {
  const slot = useSlot<boolean>(at);
  return (
    <Checkbox checked={slot.value ?? false} onChange={(e) => slot.set(e.target.checked || undefined)}>
      {label}
    </Checkbox>
  );
}

/** A few ways, one of them chosen. */
export function Ways<T extends string>({
  label,
  value,
  ways,
  onChange,
}: {
  label: string;
  value: T;
  ways: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return <Segmented block aria-label={label} value={value} options={[...ways]} onChange={onChange} />;
}
