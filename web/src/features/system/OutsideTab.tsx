import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, Input, InputNumber, Popconfirm, Select, Switch } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import type { Text } from '@/api/types';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { settingsQuery, type Settings, type Trial } from './api';

/** How the installation reaches others and is reached: its address, mail, sign-in through a provider. Secrets are written here and never shown again. */
export function OutsideTab() {
  const { data, error, isPending, refetch } = useQuery(settingsQuery());
  return (
    <div className="body outside">
      {isPending ? (
        <div className="card">
          <Skeleton rows={6} />
        </div>
      ) : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <>
          <AddressCard key={`address-${data.address.url}`} address={data.address} />
          <MailCard key={`mail-${data.mail.at ?? ''}`} mail={data.mail} />
          <SignInCard key={`sign-in-${data.signIn.at ?? ''}`} signIn={data.signIn} />
        </>
      ) : null}
    </div>
  );
}

/** Saving a form: what is wrong stands at the fields, else below. */
function useSaving() {
  const { t } = useTranslation('common');
  const errorText = useErrorText();
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async (request: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    setProblems({});
    try {
      await request();
      await Promise.all(['settings', 'setup'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('saved'));
      return true;
    } catch (caught) {
      const at = isApiError(caught) ? Object.fromEntries(caught.details.map((d) => [d.path.replace(/^\//, ''), d.message])) : {};
      setProblems(at);
      if (Object.keys(at).length === 0) setError(errorText(caught));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { problems, error, busy, save };
}

interface FieldProps {
  id: string;
  label: string;
  help?: string | undefined;
  problem?: string | undefined;
  children: (aria: { id: string; status?: 'error'; 'aria-describedby'?: string }) => ReactNode;
}

function Field({ id, label, help, problem, children }: FieldProps) {
  const says = problem ?? help;
  return (
    <div className="setting">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(problem ? { status: 'error' as const } : {}), ...(says ? { 'aria-describedby': `${id}-says` } : {}) })}
      {says ? (
        <p className={problem ? 'problem' : 's'} id={`${id}-says`}>
          {says}
        </p>
      ) : null}
    </div>
  );
}

interface CardProps {
  title: string;
  state?: ReactNode;
  children: ReactNode;
}

function Card({ title, state, children }: CardProps) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="sp" />
        {state}
      </header>
      {children}
    </section>
  );
}

/** What a test came to, and what to do about it. */
function Outcome({ trial }: { trial: Trial }) {
  const { t } = useTranslation('system');
  const text = useText();
  const format = useFormat();
  return (
    <div className={`notice ${trial.ok ? 'ok' : 'bad'} outcome`} role="status">
      <b>{text(trial.text)}</b>
      {trial.said ? <span className="s sys-error">{t('outside.said', { said: trial.said })}</span> : null}
      {trial.by && trial.at ? <span className="s">{`${trial.by.name} · ${format.moment(trial.at)}`}</span> : null}
    </div>
  );
}

function AddressCard({ address }: { address: Settings['address'] }) {
  const { t } = useTranslation(['system', 'common']);
  const { problems, error, busy, save } = useSaving();
  const [url, setURL] = useState(address.url);
  const here = window.location.origin;
  return (
    <Card title={t('outside.address')}>
      <form
        className="pad outside-form"
        onSubmit={(e) => {
          e.preventDefault();
          void save(() => api.put('/settings/address', { url }));
        }}
      >
        {address.fixed ? <p className="s">{t('outside.fixed', { name: 'PIPEWRIGHT_PUBLIC_URL' })}</p> : null}
        <Field id="outside-url" label={t('outside.url')} help={t('outside.urlHelp')} problem={problems.url}>
          {(aria) => <Input {...aria} value={url} disabled={address.fixed} inputMode="url" autoComplete="off" placeholder="https://crm.example.com" onChange={(e) => setURL(e.target.value)} />}
        </Field>
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        {address.fixed ? null : (
          <div className="sys-do">
            <Button htmlType="submit" loading={busy} disabled={url.trim() === address.url}>
              {t('common:save')}
            </Button>
            {address.url === '' && url !== here ? <Button onClick={() => setURL(here)}>{t('outside.urlHere', { url: here })}</Button> : null}
          </div>
        )}
      </form>
    </Card>
  );
}

const usualPort = { tls: 465, starttls: 587, none: 25 } as const;
type Security = keyof typeof usualPort;
const securities: readonly Security[] = ['tls', 'starttls', 'none'];

function MailCard({ mail }: { mail: Settings['mail'] }) {
  const { t } = useTranslation(['system', 'common']);
  const errorText = useErrorText();
  const { problems, error, busy, save } = useSaving();
  const [values, setValues] = useState({ host: mail.host, port: mail.port as number | null, security: mail.security || 'tls', username: mail.username, from: mail.from });
  const [password, setPassword] = useState('');
  const set = (patch: Partial<typeof values>) => setValues({ ...values, ...patch });
  const changed = password !== '' || (['host', 'port', 'security', 'username', 'from'] as const).some((k) => values[k] !== mail[k]);
  const test = useMutation({
    mutationFn: () => api.post<{ state: string; to?: string; answer?: string; hint?: Text }>('/mail/test'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  const sent = test.data;
  return (
    <Card title={t('outside.mail')} state={<span className={`tag ${mail.set ? 'ok' : ''}`}>{t(mail.set ? 'outside.on' : 'outside.off')}</span>}>
      <form
        className="pad outside-form"
        onSubmit={(e) => {
          e.preventDefault();
          test.reset();
          void save(() => api.put('/settings/mail', { ...values, port: values.port ?? 0, ...(password ? { password } : {}) }));
        }}
      >
        <p className="s">{mail.fixed ? t('outside.fixed', { name: 'PIPEWRIGHT_SMTP_URL' }) : t('outside.mailHelp')}</p>
        {mail.fixed ? null : (
          <>
            <Field id="mail-host" label={t('outside.host')} problem={problems.host}>
              {(aria) => <Input {...aria} value={values.host} autoComplete="off" placeholder="smtp.example.com" onChange={(e) => set({ host: e.target.value })} />}
            </Field>
            <div className="outside-two">
              <Field id="mail-security" label={t('outside.security')} problem={problems.security}>
                {(aria) => (
                  <Select
                    {...aria}
                    value={values.security as Security}
                    options={securities.map((k) => ({ value: k, label: t(`outside.security.${k}`) }))}
                    onChange={(next: Security) => set({ security: next, port: values.port === usualPort[values.security as Security] ? usualPort[next] : values.port })}
                  />
                )}
              </Field>
              <Field id="mail-port" label={t('outside.port')} problem={problems.port}>
                {(aria) => <InputNumber {...aria} value={values.port} min={1} max={65535} controls={false} onChange={(port) => set({ port })} />}
              </Field>
            </div>
            <Field id="mail-username" label={t('outside.username')} help={t('outside.usernameHelp')} problem={problems.username}>
              {(aria) => <Input {...aria} value={values.username} autoComplete="off" onChange={(e) => set({ username: e.target.value })} />}
            </Field>
            <Field id="mail-password" label={t('outside.password')} help={t('outside.passwordHelp')} problem={problems.password}>
              {(aria) => <Input.Password {...aria} value={password} autoComplete="new-password" placeholder={mail.hasPassword ? t('outside.keepIt') : ''} onChange={(e) => setPassword(e.target.value)} />}
            </Field>
            <Field id="mail-from" label={t('outside.from')} problem={problems.from}>
              {(aria) => <Input {...aria} value={values.from} autoComplete="off" placeholder={t('outside.fromExample')} onChange={(e) => set({ from: e.target.value })} />}
            </Field>
          </>
        )}
        <p className="s">{mail.dailyCap > 0 ? t('outside.cap', { n: mail.dailyCap }) : t('outside.noCap')}</p>
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        <div className="sys-do">
          {mail.fixed ? null : (
            <Button htmlType="submit" loading={busy} disabled={!changed}>
              {t('common:save')}
            </Button>
          )}
          <Button loading={test.isPending} disabled={!mail.set || (changed && !mail.fixed)} onClick={() => test.mutate()}>
            {t('outside.testMail')}
          </Button>
          {mail.set && !mail.fixed ? (
            <Popconfirm title={t('outside.mailOutAsk')} okText={t('outside.takeOut')} cancelText={t('keep')} onConfirm={() => save(() => api.delete('/settings/mail'))}>
              <Button>{t('outside.takeOut')}</Button>
            </Popconfirm>
          ) : null}
        </div>
        {test.error ? (
          <p className="notice bad" role="alert">
            {errorText(test.error)}
          </p>
        ) : null}
        {sent?.state === 'sent' ? <Outcome trial={{ ok: true, text: t('outside.mailSent', { to: sent.to ?? '' }) }} /> : null}
        {sent && sent.state !== 'sent' ? <Outcome trial={{ ok: false, text: sent.hint ?? t('outside.mailFailed'), said: sent.answer ?? '' }} /> : null}
      </form>
    </Card>
  );
}

function SignInCard({ signIn }: { signIn: Settings['signIn'] }) {
  const { t } = useTranslation(['system', 'common']);
  const errorText = useErrorText();
  const { problems, error, busy, save } = useSaving();
  const { data: me } = useSuspenseQuery(meQuery());
  // Who says by whom people are signed in could become anybody: it takes an admin with all rights.
  const mayNot = signIn.fixed || !me.user.admin;
  const [values, setValues] = useState({ on: signIn.on, issuer: signIn.issuer, clientId: signIn.clientId, name: signIn.name, match: signIn.match });
  const [secret, setSecret] = useState('');
  const set = (patch: Partial<typeof values>) => setValues({ ...values, ...patch });
  const changed = secret !== '' || (['on', 'issuer', 'clientId', 'name', 'match'] as const).some((k) => values[k] !== signIn[k]);
  const test = useMutation({ mutationFn: () => api.post<Trial>('/settings/sign-in/test') });
  return (
    <Card title={t('outside.signIn')} state={<span className={`tag ${signIn.on ? 'ok' : ''}`}>{t(signIn.on ? 'outside.on' : 'outside.off')}</span>}>
      <form
        className="pad outside-form"
        onSubmit={(e) => {
          e.preventDefault();
          test.reset();
          void save(() => api.put('/settings/sign-in', { ...values, ...(secret ? { secret } : {}) }));
        }}
      >
        <p className="s">{signIn.fixed ? t('outside.fixed', { name: 'PIPEWRIGHT_OIDC_…' }) : t('outside.signInHelp')}</p>
        <p className="s">{t('outside.passwordStays')}</p>
        {me.user.admin ? null : <p className="s">{t('outside.signInAdmins')}</p>}
        <Field id="sign-in-callback" label={t('outside.callback')} help={signIn.callback ? t('outside.callbackHelp') : t('outside.callbackMissing')}>
          {(aria) => <Input {...aria} value={signIn.callback} readOnly onFocus={(e) => e.target.select()} />}
        </Field>
        <Field id="sign-in-issuer" label={t('outside.issuer')} help={t('outside.issuerHelp')} problem={problems.issuer}>
          {(aria) => <Input {...aria} value={values.issuer} disabled={mayNot} inputMode="url" autoComplete="off" placeholder="https://login.example.com" onChange={(e) => set({ issuer: e.target.value })} />}
        </Field>
        <Field id="sign-in-client" label={t('outside.clientId')} problem={problems.clientId}>
          {(aria) => <Input {...aria} value={values.clientId} disabled={mayNot} autoComplete="off" onChange={(e) => set({ clientId: e.target.value })} />}
        </Field>
        {mayNot ? null : (
          <Field id="sign-in-secret" label={t('outside.secret')} problem={problems.secret}>
            {(aria) => <Input.Password {...aria} value={secret} autoComplete="new-password" placeholder={signIn.hasSecret ? t('outside.keepIt') : ''} onChange={(e) => setSecret(e.target.value)} />}
          </Field>
        )}
        <Field id="sign-in-name" label={t('outside.name')} help={t('outside.nameHelp')} problem={problems.name}>
          {(aria) => <Input {...aria} value={values.name} disabled={mayNot} autoComplete="off" onChange={(e) => set({ name: e.target.value })} />}
        </Field>
        <Field id="sign-in-match" label={t('outside.match')} help={t(`outside.match.${values.match}Help`)} problem={problems.match}>
          {(aria) => (
            <Select {...aria} value={values.match} disabled={mayNot} options={(['email', 'username'] as const).map((k) => ({ value: k, label: t(`outside.match.${k}`) }))} onChange={(match) => set({ match })} />
          )}
        </Field>
        {mayNot ? null : (
          <>
            <div className="row">
              <Switch id="sign-in-on" size="small" checked={values.on} onChange={(on) => set({ on })} aria-describedby="sign-in-on-says" />
              <label htmlFor="sign-in-on">{t('outside.offer')}</label>
            </div>
            <p className={problems.on ? 'problem' : 's'} id="sign-in-on-says">
              {problems.on ?? t('outside.offerHelp')}
            </p>
          </>
        )}
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        <div className="sys-do">
          {mayNot ? null : (
            <Button htmlType="submit" loading={busy} disabled={!changed}>
              {t('common:save')}
            </Button>
          )}
          <Button loading={test.isPending} disabled={!me.user.admin || !signIn.set || changed} onClick={() => test.mutate()}>
            {t('outside.reach')}
          </Button>
          <Button disabled={!me.user.admin || !signIn.set || changed || !signIn.callback} href="/api/oidc/start?try=1">
            {t('outside.try')}
          </Button>
          {signIn.set && !mayNot ? (
            <Popconfirm title={t('outside.signInOutAsk')} okText={t('outside.takeOut')} cancelText={t('keep')} onConfirm={() => save(() => api.delete('/settings/sign-in'))}>
              <Button>{t('outside.takeOut')}</Button>
            </Popconfirm>
          ) : null}
        </div>
        {test.error ? (
          <p className="notice bad" role="alert">
            {errorText(test.error)}
          </p>
        ) : null}
        {test.data ? <Outcome trial={test.data} /> : null}
        {!test.data && signIn.tried ? <Outcome trial={signIn.tried} /> : null}
      </form>
    </Card>
  );
}
