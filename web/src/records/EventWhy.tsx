import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { EventReason, RuleReason } from '@/api/types';
import type { Form } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Pop } from '@/ui/Pop';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { recordPath } from './actions';
import { fieldOf } from './model';
import { Value } from './Value';
import { readable } from './Why';

export function useEventReason(recordId: string, seq: number) {
  return useQuery({
    queryKey: ['record', recordId, 'why', seq],
    queryFn: ({ signal }) => api.get<EventReason>(`${recordPath(recordId)}/why`, { query: { seq: String(seq) }, signal }),
    // What has happened does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Why an entry of the timeline came about, behind a small button. */
export function EventWhy({ recordId, form, seq, what }: { recordId: string; form: Form | undefined; seq: number; what: string }) {
  const { t } = useTranslation('history');
  const [open, setOpen] = useState(false);
  return (
    <Pop open={open} onOpenChange={setOpen} placement="bottomRight" arrow={false} content={<Card recordId={recordId} form={form} seq={seq} what={what} />}>
      <button type="button" className="why" aria-label={t('whyNamed', { what })} aria-expanded={open}>
        <Icon name="why" size={14} />
      </button>
    </Pop>
  );
}

function Card({ recordId, form, seq, what }: { recordId: string; form: Form | undefined; seq: number; what: string }) {
  const { t } = useTranslation('history');
  const { data, error, isPending, refetch } = useEventReason(recordId, seq);
  return (
    <div className="why-card" role="dialog" aria-label={t('whyNamed', { what })}>
      <h3>{t('whyNamed', { what })}</h3>
      {isPending ? <Skeleton rows={3} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <>
          <EventReasons reason={data} form={form} />
          <footer className="s">
            <Link to="/r/$id/history" params={{ id: recordId }} search={{ seq }}>
              {t('then')}
            </Link>
          </footer>
        </>
      ) : null}
    </div>
  );
}

/** The release, the rules with what they were given, the people and how they were found. */
export function EventReasons({ reason, form }: { reason: EventReason; form: Form | undefined }) {
  const { t } = useTranslation(['history', 'record']);
  const text = useText();
  const format = useFormat();
  const event = reason.event;
  if (!event) return null;
  const empty = event.rules.length === 0 && event.people.length === 0 && !event.automation;
  return (
    <div className="reasons">
      <p className="s">{[reason.release ? t('release', { n: reason.release }) : '', format.full(reason.at ?? ''), reason.by && !reason.by.id.startsWith('app:') ? reason.by.name : ''].filter(Boolean).join(' · ')}</p>
      {event.automation ? <p>{t('byAutomation', { name: text(event.automationName, event.automation) })}</p> : null}
      {empty ? <p className="s">{reason.by ? t('noRules', { who: reason.by.name }) : t('noRulesAuto')}</p> : null}
      {event.rules.length > 0 ? (
        <section>
          <h3 className="s">{t('rules')}</h3>
          <ul>
            {event.rules.map((rule) => (
              <Rule key={rule.path} rule={rule} form={form} />
            ))}
          </ul>
        </section>
      ) : null}
      {event.people.length > 0 ? (
        <section>
          <h3 className="s">{t('people')}</h3>
          <p>{event.who.map((w) => text(w)).join(' · ')}</p>
          <ul>
            {event.people.map((p) => (
              <li key={p.id}>
                <b>{p.name}</b> <span className="s">{text(p.reason)}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {event.records.length > 0 ? (
        <section>
          <h3 className="s">{t('records')}</h3>
          {event.records.map((r) => (
            <Link key={r.id} to="/r/$id" params={{ id: r.id }}>
              {r.title}
            </Link>
          ))}
        </section>
      ) : null}
    </div>
  );
}

function Rule({ rule, form }: { rule: RuleReason; form: Form | undefined }) {
  const { t } = useTranslation('history');
  const text = useText();
  const nameOf = (key: string) => {
    const found = fieldOf(form, key);
    return found ? text(found.name, key) : undefined;
  };
  const result = () => {
    if (rule.problem) return t('result.failed', { why: text(rule.problem.message) });
    if (typeof rule.value === 'boolean') return t(rule.value ? 'result.true' : 'result.false');
    return rule.value === null ? t('result.unknown') : String(rule.value);
  };
  return (
    <li>
      <span className="s">
        {t(`kind.${rule.kind}`)}
        {rule.name ? ` · ${text(rule.name)}` : ''}
      </span>
      <code>{readable(rule.formula, nameOf)}</code>
      <b className={rule.problem ? 'bad' : rule.value === true ? 'ok' : ''}>{result()}</b>
      {rule.inputs.length > 0 ? (
        <dl>
          {rule.inputs.map((input) => (
            <div key={input.name}>
              <dt className="s">{nameOf(input.name) ?? input.name}</dt>
              <dd>
                <Value form={form} field={input.name} value={input.value} />
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
    </li>
  );
}
