import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { User } from '@/api/types';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

interface Settings {
  kinds: Record<string, string>;
  ways: string[];
  digestAt: string;
  zone: string;
  quietFrom: string;
  quietTo: string;
  urgent: boolean;
  email: string;
}

/** In the order people care about them. */
const KINDS = ['task', 'reminder', 'escalation', 'outcome', 'owner', 'mention', 'automation', 'other'] as const;
const WAYS = ['app', 'digest', 'mail', 'off'] as const;
const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

/** Where one can be reached: mails go there, group robots call by the phone. */
export function Contact({ user }: { user: User }) {
  const { t } = useTranslation(['profile', 'common']);
  const errorText = useErrorText();
  const [values, setValues] = useState({ email: user.email ?? '', phone: user.phone ?? '' });
  const [problems, setProblems] = useState<Record<string, string>>({});
  const changed = values.email !== (user.email ?? '') || values.phone !== (user.phone ?? '');
  const save = async () => {
    setProblems({});
    try {
      await api.patch('/me', { email: values.email.trim(), phone: values.phone.trim() });
      await Promise.all(['me', 'users', 'notify'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('common:saved'));
    } catch (error) {
      if (isApiError(error)) setProblems(Object.fromEntries(error.details.map((d) => [d.path.replace(/^\//, ''), d.message])));
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <>
      {(['email', 'phone'] as const).map((k) => (
        <div className="setting" key={k}>
          <label htmlFor={`my-${k}`}>{t(`contact.${k}`)}</label>
          <Input id={`my-${k}`} type={k === 'email' ? 'email' : 'tel'} autoComplete={k === 'email' ? 'email' : 'tel'} value={values[k]} onChange={(e) => setValues({ ...values, [k]: e.target.value })} {...(problems[k] ? { status: 'error' as const } : {})} />
          {problems[k] ? <p className="problem">{problems[k]}</p> : null}
        </div>
      ))}
      <div>
        <Button disabled={!changed} onClick={() => void save()}>
          {t('common:save')}
        </Button>
      </div>
    </>
  );
}

/** How one wants to be told what. */
export function Notify() {
  const { t } = useTranslation('profile');
  const { data, isPending, isError, error, refetch } = useQuery({ queryKey: ['notify'], queryFn: ({ signal }) => api.get<Settings>('/me/notify', { signal }) });
  return (
    <section className="card" aria-label={t('notify.title')}>
      <header>
        <h2>{t('notify.title')}</h2>
      </header>
      {isPending ? <Skeleton rows={4} /> : null}
      {isError ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? <Ways settings={data} /> : null}
    </section>
  );
}

function Ways({ settings }: { settings: Settings }) {
  const { t } = useTranslation(['profile', 'common']);
  const errorText = useErrorText();
  const [values, setValues] = useState(settings);
  const [busy, setBusy] = useState(false);
  const set = (patch: Partial<Settings>) => setValues({ ...values, ...patch });
  const quiet = values.quietFrom !== '' || values.quietTo !== '';
  const wrong = !CLOCK.test(values.digestAt) || (quiet && !(CLOCK.test(values.quietFrom) && CLOCK.test(values.quietTo)));
  const mails = Object.values(values.kinds).some((w) => w === 'mail' || w === 'digest');
  const save = async () => {
    setBusy(true);
    try {
      const { kinds, digestAt, zone, quietFrom, quietTo, urgent } = values;
      queryClient.setQueryData(['notify'], await api.put<Settings>('/me/notify', { kinds, digestAt, zone, quietFrom, quietTo, urgent }));
      toast(t('common:saved'));
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  const clock = (key: 'digestAt' | 'quietFrom' | 'quietTo', label: string) => (
    <Input aria-label={label} className="clock" type="time" value={values[key]} onChange={(e) => set({ [key]: e.target.value })} />
  );
  return (
    <div className="pad grid">
      <p className="s">{t('notify.help')}</p>
      {mails && !settings.email ? <p className="notice warn">{t('notify.noAddress')}</p> : null}
      <ul className="ways">
        {KINDS.map((kind) => (
          <li key={kind}>
            <label className="sp" htmlFor={`way-${kind}`}>
              {t(`notify.kind.${kind}`)}
            </label>
            <Select id={`way-${kind}`} value={values.kinds[kind] ?? 'app'} options={WAYS.map((w) => ({ value: w, label: t(`notify.way.${w}`) }))} onChange={(w: string) => set({ kinds: { ...values.kinds, [kind]: w } })} />
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <span>{t('notify.digestAt')}</span>
        {clock('digestAt', t('notify.digestAt'))}
      </div>
      <div className="row wrap">
        <Checkbox checked={quiet} onChange={(e) => set(e.target.checked ? { quietFrom: '22:00', quietTo: '07:00' } : { quietFrom: '', quietTo: '' })}>
          {t('notify.quiet')}
        </Checkbox>
        {quiet ? (
          <>
            {clock('quietFrom', t('notify.quietFrom'))}
            <span aria-hidden="true">–</span>
            {clock('quietTo', t('notify.quietTo'))}
          </>
        ) : null}
      </div>
      {quiet ? (
        <Checkbox checked={values.urgent} onChange={(e) => set({ urgent: e.target.checked })}>
          {t('notify.urgent')}
        </Checkbox>
      ) : null}
      <div>
        <Button type="primary" loading={busy} disabled={wrong} onClick={() => void save()}>
          {t('common:save')}
        </Button>
      </div>
    </div>
  );
}
