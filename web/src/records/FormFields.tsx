import { memo, useCallback, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { base } from '@/api/base';
import { FieldEnvContext, isEmpty, readsForm, stateOf, type FieldEnv, type FormNow } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import { isComputed, type Definition, type Field, type Form } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import type { FormState } from './useForm';
import { MaskedPhone } from './MaskedPhone';
import { Why } from './Why';
import './form.css';

interface Props {
  app: string;
  definition: Definition;
  form: Form;
  state: FormState;
  readOnly?: boolean;
  /** Called when the person leaves a field. */
  onLeave?: () => void;
  /** The saved record, so that its computed values can be explained. */
  recordId?: string;
  /** Where files go, when it is not where those of signed-in people do. */
  uploads?: string;
  /** A form without sections stands without a title: the page has it. */
  untitled?: boolean;
}

/** The environment every input of a form reads; it stays the same while somebody types. */
export function useEnv(app: string, definition: Definition, readOnly: boolean, record?: string, uploads?: string): FieldEnv {
  const phone = usePhone();
  return useMemo(() => ({ app, definition, readOnly, phone, ...(record ? { record } : {}), ...(uploads ? { uploads } : {}) }), [app, definition, readOnly, phone, record, uploads]);
}

function useNow({ states, problems, warnings, data }: FormState): FormNow {
  return useMemo(() => ({ states, problems, warnings, data }), [states, problems, warnings, data]);
}

interface Part {
  key: string;
  title: string;
  columns: number;
  fields: Field[];
}

/** The form's sections with the fields that are visible now; fields outside any section come last. */
function partsOf(form: Form, state: Pick<FormState, 'states' | 'sections'>, name: (section: { name?: Form['name']; key: string }) => string, rest: string): Part[] {
  const byKey = new Map(form.fields.map((f) => [f.key, f]));
  const parts: Part[] = [];
  const placed = new Set<string>();
  for (const section of form.sections ?? []) {
    for (const key of section.fields) placed.add(key);
    if (state.sections[section.key]?.visible === false) continue;
    const fields = section.fields.map((k) => byKey.get(k)).filter((f): f is Field => f !== undefined && stateOf(state.states, f.key).visible);
    if (fields.length > 0) parts.push({ key: section.key, title: name(section), columns: section.columns ?? 1, fields });
  }
  const loose = form.fields.filter((f) => !placed.has(f.key) && stateOf(state.states, f.key).visible);
  if (loose.length > 0) parts.push({ key: '', title: rest, columns: 2, fields: loose });
  return parts;
}

/** What a row shows of the form's state, each piece by itself: a row renders only when one of them changes. */
function rowProps(state: FormState, field: Field, now: FormNow) {
  const { key } = field;
  return {
    field,
    value: state.data[key],
    own: stateOf(state.states, key),
    problem: state.problems.get(key),
    warning: state.warnings.get(key),
    other: state.others.get(key),
    pending: state.pending && Boolean(field.calc) && !state.here.has(key),
    set: state.set,
    now: readsForm(field) ? now : undefined,
  };
}

/** A whole form as cards, section by section. */
export function FormSections({ app, definition, form, state, readOnly = false, onLeave, recordId, uploads, untitled = false }: Props) {
  const { t } = useTranslation('record');
  const text = useText();
  const env = useEnv(app, definition, readOnly, recordId, uploads);
  const now = useNow(state);
  const parts = partsOf(form, state, (s) => text(s.name, s.key), form.sections?.length ? t('moreFields') : text(form.name, form.key));
  return (
    <FieldEnvContext.Provider value={env}>
        {state.cautions.map((words) => (
          <p key={words} className="notice warn" role="status">
            <Icon name="alert" />
            {words}
          </p>
        ))}
        {parts.map((part) => (
          <section className="card" key={part.key} aria-label={part.title}>
            {untitled && parts.length === 1 ? null : (
              <header>
                <h2>{part.title}</h2>
              </header>
            )}
            <div className={`fields c${Math.min(part.columns, 4)}`}>
              {part.fields.map((field) => (
                <FieldRow key={field.key} {...rowProps(state, field, now)} under={part.title} onLeave={onLeave} form={form} recordId={recordId} />
              ))}
            </div>
          </section>
        ))}
    </FieldEnvContext.Provider>
  );
}

/** Some fields of a form in one column: for a dialog. Those in `must` are marked as required whatever the form says. */
export function FormSubset({ app, definition, form, state, keys, must, readOnly = false }: Props & { keys: readonly string[]; must?: ReadonlySet<string> }) {
  const env = useEnv(app, definition, readOnly);
  const now = useNow(state);
  const fields = keys.map((k) => form.fields.find((f) => f.key === k)).filter((f): f is Field => f !== undefined && stateOf(state.states, f.key).visible);
  return (
    <FieldEnvContext.Provider value={env}>
        <div className="fields c1">
          {fields.map((field) => (
            <FieldRow key={field.key} {...rowProps(state, field, now)} must={must?.has(field.key) ?? false} />
          ))}
        </div>
    </FieldEnvContext.Provider>
  );
}

interface RowProps extends ReturnType<typeof rowProps> {
  /** The title it stands under. */
  under?: string;
  must?: boolean;
  onLeave?: (() => void) | undefined;
  /** Of a saved record, so that a computed value can be explained. */
  form?: Form;
  recordId?: string | undefined;
}

const nothing = () => {};

const FieldRow = memo(function FieldRow({ field, value, own, problem, warning, other, pending, set, now, under, must = false, onLeave, form, recordId }: RowProps) {
  const id = useId();
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const kind = kindOf(field.type);
  const { key } = field;
  const onChange = useCallback((v: unknown) => set(key, v), [set, key]);
  const name = text(field.name, key);
  const help = text(field.help);
  const still = isComputed(field) || own.readOnly;
  const { Cell, Input } = kind;
  const describedBy = [help ? `${id}-help` : '', problem ? `${id}-bad` : '', warning ? `${id}-warn` : ''].filter(Boolean).join(' ') || undefined;
  let control = <Input id={id} field={field} value={value} onChange={onChange} onLeave={onLeave} path={key} now={now} invalid={Boolean(problem)} describedBy={describedBy} />;
  if (own.masked && recordId && field.type !== 'table') {
    control = <MaskedPhone recordId={recordId} field={key} name={name} />;
  } else if (own.masked) {
    control = (
      <div className="still">
        <Icon name="lock" size={14} />
        <span className="dim">{t('masked')}</span>
      </div>
    );
  } else if (still && field.type !== 'table' && !(kind.automatic && !field.calc)) {
    control = (
      <div className={`still${field.calc ? ' calc' : ''}${kind.numeric ? ' figure' : ''}${pending ? ' pending' : ''}`} id={id} aria-live={field.calc ? 'polite' : undefined}>
        {isEmpty(value) ? <span className="dim">–</span> : <Cell field={field} value={value} />}
      </div>
    );
  } else if (still) {
    control = <Input id={id} field={field} value={value} onChange={nothing} path={key} now={now} disabled />;
  }
  const wordless = field.type === 'static';
  const plainLabel = still || own.masked || field.type === 'table';
  const label = (
    <>
      {name}
      {(own.required || must) && !field.calc ? (
        <b className="bad" title={t('common:required')}>
          {' *'}
        </b>
      ) : null}
      {field.calc ? <span className="s auto">{t('calculated')}</span> : null}
      {field.calc && form && recordId && !own.masked && !isEmpty(value) ? <Why recordId={recordId} form={form} field={key} name={name} /> : null}
    </>
  );
  // In a tab of its own: what is being filled in stays.
  const seeOther = other ? (
    <a className="link" style={{ flex: 'none' }} href={`${base}/r/${encodeURIComponent(other)}`} target="_blank" rel="noreferrer">
      {t('seeOther')}
    </a>
  ) : null;
  return (
    <div className={`field${kind.wide ? ' wide' : ''}${problem ? ' wrong' : ''}`} data-field={key}>
      {(kind.ownLabel && !still) || wordless || (field.type === 'table' && name === under) ? null : plainLabel ? (
        <span className="label">{label}</span>
      ) : (
        <label className="label" htmlFor={id}>
          {label}
        </label>
      )}
      {control}
      {help ? (
        <p className="s" id={`${id}-help`}>
          {help}
        </p>
      ) : null}
      {problem ? (
        <p className="problem" id={`${id}-bad`} role="alert">
          <Icon name="alert" size={14} />
          {problem}
          {seeOther}
        </p>
      ) : null}
      {warning ? (
        <p className="caution" id={`${id}-warn`} role="status">
          <Icon name="alert" size={14} />
          {warning}
          {problem ? null : seeOther}
        </p>
      ) : null}
    </div>
  );
});
