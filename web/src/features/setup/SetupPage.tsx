import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Checkbox, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { modelQuery, queryClient, setupQuery, templatesQuery } from '@/api/queries';
import type { AppSummary } from '@/api/types';
import { placesOf } from '@/records/places';
import { GatePage } from '@/ui/GatePage';
import { useErrorText } from '@/ui/States';
import { TemplatePicture } from '@/ui/TemplatePicture';
import { useText } from '@/ui/text';

/** The first visit: the admin with the console's one-time code, the company, a first template. */
export function SetupPage() {
  const { t } = useTranslation('setup');
  const [step, setStep] = useState<'admin' | 'template'>('admin');
  const { data: state } = useQuery(setupQuery());
  const navigate = useNavigate();
  if (state && !state.needed && step === 'admin') {
    return (
      <GatePage title={t('doneTitle')}>
        <p className="dim">{t('doneText')}</p>
        <Button type="primary" onClick={() => void navigate({ to: '/login', search: {} })}>
          {t('toLogin')}
        </Button>
      </GatePage>
    );
  }
  return step === 'admin' ? <AdminStep onDone={() => setStep('template')} /> : <TemplateStep />;
}

function AdminStep({ onDone }: { onDone: () => void }) {
  const { t, i18n } = useTranslation('setup');
  const errorText = useErrorText();
  const [values, setValues] = useState({ code: '', company: '', name: '', username: 'admin', password: '' });
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    setProblems({});
    try {
      await api.post('/setup', { ...values, code: values.code.trim(), language: i18n.language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone });
      queryClient.removeQueries({ queryKey: ['me'] });
      onDone();
    } catch (caught) {
      if (isApiError(caught)) setProblems(Object.fromEntries(caught.details.map((d) => [d.path.replace(/^\//, ''), d.message])));
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  const field = (key: keyof typeof values, props: { autoComplete: string; type?: 'password'; autoFocus?: boolean }) => {
    const shared = {
      id: key,
      size: 'large' as const,
      required: true,
      value: values[key],
      onChange: (e: { target: { value: string } }) => setValues({ ...values, [key]: e.target.value }),
      autoComplete: props.autoComplete,
      autoFocus: props.autoFocus ?? false,
      'aria-describedby': `${key}-note`,
      ...(problems[key] ? { status: 'error' as const } : {}),
    };
    return (
      <>
        <label htmlFor={key}>{t(key)}</label>
        {props.type ? <Input.Password {...shared} /> : <Input {...shared} />}
        <p className={problems[key] ? 'problem' : 's'} id={`${key}-note`}>
          {problems[key] ?? (key === 'code' ? t('codeHelp') : key === 'password' ? t('passwordHelp') : '')}
        </p>
      </>
    );
  };
  return (
    <GatePage title={t('title')}>
      <form className="gate-form" noValidate onSubmit={(e) => void onSubmit(e)}>
        {field('code', { autoComplete: 'one-time-code', autoFocus: true })}
        {field('company', { autoComplete: 'organization' })}
        {field('name', { autoComplete: 'name' })}
        {field('username', { autoComplete: 'username' })}
        {field('password', { autoComplete: 'new-password', type: 'password' })}
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        <Button type="primary" size="large" block htmlType="submit" loading={busy}>
          {t('continue')}
        </Button>
      </form>
    </GatePage>
  );
}

/** What a card of the first start counts. */
const counted = ['processes', 'stages', 'forms', 'approvals', 'automations'] as const;

function TemplateStep() {
  const { t } = useTranslation(['setup', 'templates']);
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const { data } = useQuery(templatesQuery());
  const [sample, setSample] = useState(true);
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<string>();

  const install = async (key: string) => {
    setBusy(key);
    setError(undefined);
    try {
      const app = await api.post<AppSummary>(`/templates/${key}/install`, { sample });
      await queryClient.invalidateQueries();
      const { definition } = await queryClient.fetchQuery(modelQuery(app.key));
      const board = placesOf(definition).find((p) => p.kind === 'board');
      if (board) await navigate({ to: '/a/$app/board/$view', params: { app: app.key, view: board.key } });
      else await navigate({ to: '/' });
    } catch (caught) {
      setError(errorText(caught));
      setBusy('');
    }
  };
  return (
    <GatePage title={t('templateTitle')} wide>
      <p className="dim">{t('templateText')}</p>
      <ul className="gate-templates">
        {(data ?? []).map((template) => (
          <li key={template.key} className="card">
            <TemplatePicture template={template} shot="board" alt="" />
            <b>{text(template.name, template.key)}</b>
            <p className="s">{text(template.help)}</p>
            <p className="s">{counted.filter((k) => template.counts[k] > 0).map((k) => t(`templates:count.${k}`, { count: template.counts[k] })).join(' · ')}</p>
            <Button size="small" loading={busy === template.key} disabled={busy !== ''} onClick={() => void install(template.key)}>
              {t('install')}
            </Button>
          </li>
        ))}
      </ul>
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
      <Checkbox checked={sample} onChange={(e) => setSample(e.target.checked)}>
        {t('sample')}
      </Checkbox>
      <Button type="text" onClick={() => void navigate({ to: '/' })}>
        {t('later')}
      </Button>
    </GatePage>
  );
}
