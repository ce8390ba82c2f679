import { useQuery } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeople } from '@/api/people';
import type { PathPreview } from '@/api/types';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { reduce } from '@/model/change';
import type { Chain, Definition, Field } from '@/model/definition';
import { identifiers } from '@/model/identifiers';
import { previewChain } from '../api';
import { useDefinition, useDraft, useNameOf } from '../context';

const ASKED: ReadonlySet<Field['type']> = new Set(['text', 'number', 'money', 'percent', 'bool', 'date', 'select']);

/** The names that an expression reads from the record itself. */
function reads(source: string | undefined): string[] {
  return source === undefined
    ? []
    : identifiers(source)
        .filter((id) => !id.member)
        .map((id) => id.name);
}

/** Every formula that decides how a chain runs. */
function formulasOf(chain: Chain): string[] {
  return [chain.skipIf, ...chain.steps.flatMap((s) => [s, ...(s.parallel ?? [])]).map((s) => s.runIf)].filter((s) => s !== undefined);
}

/** The fields that decide how the chain runs: what its conditions read, also by way of named rules. */
export function deciding(def: Definition, chain: Chain, form: string): Field[] {
  const fields = def.forms?.find((f) => f.key === form)?.fields ?? [];
  const seen = new Set<string>();
  const queue = formulasOf(chain).flatMap(reads);
  const decided = chain.steps.flatMap((s) => [s, ...(s.parallel ?? [])]).flatMap((s) => (Array.isArray(s.who) ? s.who : s.who ? [s.who] : [])).map((w) => w.decide);
  queue.push(...decided.filter((d) => d !== undefined));
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const rule = def.rules?.find((r) => r.key === name && (r.form ?? form) === form);
    if (!rule) continue;
    // decide('table') names its table in a string.
    const tables = [...(rule.value ?? '').matchAll(/\bdecide\(\s*['"](\w+)['"]/g)].map((m) => m[1] as string);
    const columns = (rule.in ?? []).flatMap((c) => (c.value === undefined ? [c.key] : reads(c.value)));
    queue.push(...reads(rule.value), ...tables, ...columns, ...(rule.items ?? []).flatMap((i) => reads(i.if)));
  }
  return fields.filter((f) => seen.has(f.key) && ASKED.has(f.type)).slice(0, 4);
}

/** A value to begin with: a fifth above the highest limit that the conditions compare the field with, so that every step runs. */
export function firstValue(chain: Chain, field: Field): string {
  if (field.type !== 'money' && field.type !== 'number' && field.type !== 'percent') return '';
  const limits = formulasOf(chain).flatMap((s) =>
    [...s.matchAll(new RegExp(`\\b${field.key}\\b\\s*(?:>=?|<=?)\\s*(\\d+(?:\\.\\d+)?)`, 'g'))].map((m) => Number(m[1])),
  );
  if (limits.length === 0) return '';
  const value = Math.max(...limits) * 1.2;
  return field.type === 'percent' ? `${Math.round(value * 1000) / 10}%` : String(Math.round(value * 100) / 100);
}

/** The definition with the given fields typed in instead of computed, so that one can ask "what if the amount were 600,000?". */
function asIfTyped(def: Definition, form: string, fields: readonly string[]): Definition {
  const f = def.forms?.findIndex((x) => x.key === form) ?? -1;
  const changes = (def.forms?.[f]?.fields ?? []).flatMap((x, i) =>
    fields.includes(x.key) && x.calc !== undefined ? [{ op: 'set' as const, at: ['forms', f, 'fields', i, 'calc'] }] : [],
  );
  return changes.length === 0 ? def : reduce(def, { op: 'all', changes });
}

/** A typed value as the API wants it; undefined while it is not one. "60万" and "24%" are read as people write them. */
export function readValue(field: Field, text: string, currency: string): unknown {
  const plain = text.trim().replaceAll(/[,，\s]/g, '');
  if (plain === '') return undefined;
  if (field.type === 'bool') return plain === 'true';
  if (field.type === 'money' || field.type === 'number' || field.type === 'percent') {
    const m = /^(-?\d{1,15}(?:\.\d{1,8})?)(万|萬|k|%|％)?$/i.exec(plain);
    if (!m) return undefined;
    const shift = { 万: 4, 萬: 4, k: 3, K: 3, '%': -2, '％': -2 }[m[2] ?? ''] ?? 0;
    const amount = shiftDecimal(m[1] as string, shift);
    return field.type === 'money' ? { amount, currency: field.currency ?? currency } : amount;
  }
  return text.trim();
}

/** Moves the decimal point of a decimal string, exactly. */
export function shiftDecimal(text: string, places: number): string {
  const minus = text.startsWith('-') ? '-' : '';
  const [whole = '0', part = ''] = text.replace('-', '').split('.');
  const digits = whole + part;
  const point = whole.length + places;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = point <= 0 ? 1 : point;
  const head = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const tail = padded.slice(at).replace(/0+$/, '');
  return minus + head + (tail === '' ? '' : `.${tail}`);
}

/** Who it would be, for a record like this, submitted by this person: asked of the server with the draft as it stands. */
export function Preview({ chain, form }: { chain: Chain; form: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const text = useText();
  const errorText = useErrorText();
  const app = useDraft((s) => s.app);
  const { users, nameOf: personName } = usePeople();
  const fields = useMemo(() => deciding(def, chain, form), [def, chain, form]);
  const [changed, setTyped] = useState<Record<string, string>>({});
  const typed: Record<string, string> = Object.fromEntries(fields.map((f) => [f.key, changed[f.key] ?? firstValue(chain, f)]));
  const [initiator, setInitiator] = useState<string>();
  const working = def.processes?.find((p) => p.form === form)?.roles?.[0] ?? def.roles?.[0]?.key ?? '';
  const person = initiator ?? users.find((u) => !u.admin && u.roles.includes(`${app}/${working}`))?.id ?? users[0]?.id ?? '';
  const asked = useDeferredValue(JSON.stringify({ typed, person }));
  const query = useQuery<PathPreview>({
    queryKey: ['preview-chain', app, chain.key, asked, def],
    enabled: person !== '',
    gcTime: 10_000,
    placeholderData: (previous) => previous,
    retry: false,
    queryFn: ({ signal }) => {
      const data: Record<string, unknown> = {};
      for (const f of fields) {
        const value = readValue(f, typed[f.key] ?? '', def.currency ?? 'CNY');
        if (value !== undefined) data[f.key] = value;
      }
      return previewChain(
        app,
        { chain: chain.key, data, initiator: person, owner: person, definition: asIfTyped(def, form, Object.keys(data)) },
        signal,
      );
    },
  });
  const path = query.data;
  return (
    <section className="card d-preview" aria-label={t('preview')}>
      <header>
        <h2>{t('preview')}</h2>
        <span className="s">{t('previewHint')}</span>
      </header>
      <div className="d-previewform">
        {fields.map((f) => (
          <label key={f.key}>
            <span className="s">{nameOf(f)}</span>
            {f.type === 'select' || f.type === 'bool' ? (
              <Select
                aria-label={nameOf(f)}
                value={typed[f.key] ?? ''}
                options={[
                  { value: '', label: t('none') },
                  ...(f.type === 'bool'
                    ? [
                        { value: 'true', label: t('yes') },
                        { value: 'false', label: t('no') },
                      ]
                    : (def.options?.find((o) => o.key === f.options)?.items ?? []).map((o) => ({
                        value: o.key,
                        label: nameOf(o),
                      }))),
                ]}
                onChange={(v) => setTyped({ ...changed, [f.key]: v })}
              />
            ) : (
              <Input
                aria-label={nameOf(f)}
                value={typed[f.key] ?? ''}
                placeholder={
                  f.type === 'percent' ? '24%' : f.type === 'money' ? t('moneyExample') : f.type === 'date' ? '2026-12-31' : ''
                }
                onChange={(e) => setTyped({ ...changed, [f.key]: e.target.value })}
              />
            )}
          </label>
        ))}
        <label>
          <span className="s">{t('submittedBy')}</span>
          <Select
            aria-label={t('submittedBy')}
            value={person}
            options={users.map((u) => ({ value: u.id, label: u.name }))}
            onChange={setInitiator}
            showSearch={{ optionFilterProp: 'label' }}
          />
        </label>
      </div>
      <ol className="d-path" aria-busy={query.isFetching}>
        <li>
          <Avatar name={personName(person) || '?'} />
          <span>
            {personName(person)} <span className="s">{t('submits')}</span>
          </span>
        </li>
        {path?.skipped ? (
          <li>
            <Icon name="checkCircle" className="ok" />
            <span>{t('wouldSkip')}</span>
          </li>
        ) : null}
        {path?.steps.map((s) => (
          <li key={s.key} className={s.state === 'skipped' ? 'skipped' : ''}>
            {s.people[0] && s.state !== 'skipped' ? (
              <Avatar name={s.people[0].name} />
            ) : s.state === 'will' && (s.parallel || s.pick) ? (
              <Icon name="users" className="dim" />
            ) : (
              <Icon name={s.state === 'skipped' ? 'minus' : 'alert'} className={s.state === 'skipped' ? 'dim' : 'warn'} />
            )}
            <span>
              <b>
                {s.state === 'skipped'
                  ? t('stepSkipped', { name: text(s.name, s.key) })
                  : s.people.map((p) => (p.for ? t('personFor', { name: p.name, away: p.for.name }) : p.name)).join(t('listSeparator')) ||
                    (s.parallel ? text(s.name, s.key) : s.pick ? t(`picked_${s.pick}`) : t('nobody'))}
              </b>{' '}
              <span className="s">
                {[s.state === 'skipped' || s.parallel ? '' : text(s.name, s.key), text(s.mode), text(s.reason)].filter(Boolean).join(' · ')}
              </span>
            </span>
          </li>
        ))}
        {path ? (
          <li>
            <Icon name="check" className="ok" />
            <span className="ok">{t('passed')}</span>
          </li>
        ) : null}
      </ol>
      {(path?.problems ?? []).map((p) => (
        <p key={`${p.path} ${p.code}`} className="warn d-previewproblem">
          <Icon name="alert" size={14} /> {text(p.message)}
        </p>
      ))}
      {query.error ? (
        <p className="s d-previewproblem" role="status">
          {errorText(query.error)}
        </p>
      ) : null}
    </section>
  );
}
