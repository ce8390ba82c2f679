import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { queryClient, setupQuery } from '@/api/queries';
import { Avatar } from '@/ui/Avatar';
import { GatePage } from '@/ui/GatePage';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';

/** Signing in; with the demo company, its people one click away. */
export function LoginPage() {
  const { t } = useTranslation('login');
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const { next, oidc } = useSearch({ from: '/login' });
  const { data: setup } = useQuery(setupQuery());
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  // Asked for once the password was right, where the person has a second factor.
  const [code, setCode] = useState<string>();
  const [error, setError] = useState<string | undefined>(oidc ? t(`oidc.${oidc}`, { defaultValue: t('oidc.failed') }) : undefined);
  const [busy, setBusy] = useState('');

  useEffect(() => {
    if (setup?.needed) void navigate({ to: '/setup' });
  }, [setup?.needed, navigate]);

  const enter = async (who: string, request: () => Promise<unknown>) => {
    setBusy(who);
    setError(undefined);
    try {
      await request();
      queryClient.removeQueries({ queryKey: ['me'] });
      // Only places of this app: never an address somebody put into the link.
      await navigate({ href: next && /^\/(?![/\\])/.test(next) ? next : '/' });
    } catch (caught) {
      if (code === undefined && isApiError(caught, 'login.code')) setCode('');
      else setError(errorText(caught));
    } finally {
      setBusy('');
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void enter('form', () => api.post('/login', { username: username.trim(), password, ...(code === undefined ? {} : { code: code.trim() }) }));
  };

  return (
    <GatePage title={t('title')}>
      <form className="gate-form" noValidate onSubmit={onSubmit}>
        <label htmlFor="username">{t('username')}</label>
        <Input id="username" autoFocus autoComplete="username" autoCapitalize="none" value={username} onChange={(e) => setUsername(e.target.value)} size="large" required />
        <label htmlFor="password">{t('password')}</label>
        <Input.Password id="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} size="large" required />
        {code === undefined ? null : (
          <>
            <label htmlFor="code">{t('code')}</label>
            <Input id="code" autoFocus autoComplete="one-time-code" autoCapitalize="none" value={code} onChange={(e) => setCode(e.target.value)} size="large" aria-describedby="code-help" />
            <p className="s" id="code-help">
              {t('codeHelp')}
            </p>
          </>
        )}
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        <Button type="primary" size="large" block htmlType="submit" loading={busy === 'form'}>
          {t('signIn')}
        </Button>
      </form>
      {setup?.provider ? (
        <Button className="gate-provider" size="large" block href={`/api/oidc/start?next=${encodeURIComponent(next ?? '/')}`}>
          {t('through', { name: setup.provider })}
        </Button>
      ) : null}
      {setup?.demo && setup.demoUsers?.length ? (
        <section className="gate-demo" aria-label={t('demoTitle')}>
          <h2>{t('demoTitle')}</h2>
          <ul>
            {setup.demoUsers.map((u) => (
              <li key={u.username}>
                <button type="button" disabled={busy !== ''} onClick={() => void enter(u.username, () => api.post('/demo-login', { username: u.username }))}>
                  <Avatar name={u.name} large />
                  <span className="sp">
                    <b className="el">{u.name}</b>
                    <span className="s el">{text(u.role)}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </GatePage>
  );
}
