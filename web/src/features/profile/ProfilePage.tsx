import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, queryClient, sessionsQuery } from '@/api/queries';
import { useSignOut } from '@/records/useSignOut';
import { Absences } from '@/ui/Absences';
import { languages, useSpeak } from '@/ui/languages';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useRoleNames } from '@/ui/roles';
import { useTheme } from '@/ui/themeContext';
import { toast } from '@/ui/toast';
import { Contact, Notify } from './Notify';
import { Rates } from './Rates';
import { SecondFactor } from './SecondFactor';
import { Tokens } from './Tokens';
import './profile.css';

/** Program and system of a browser's long name, the way people call them; what is not known stays as it is. */
export function deviceOf(agent: string): string {
  const first = (pairs: readonly (readonly [RegExp, string])[]) => pairs.find(([mark]) => mark.test(agent))?.[1];
  const program = first([[/MicroMessenger/, '微信'], [/DingTalk/, '钉钉'], [/Lark|Feishu/, '飞书'], [/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']]);
  const system = first([[/iPhone|iPad/, 'iOS'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']]);
  return program ? [program, system].filter(Boolean).join(' · ') : agent;
}

/** The person's own settings: name, language, appearance, sessions. */
export function ProfilePage() {
  const { t, i18n } = useTranslation(['profile', 'common']);
  const speak = useSpeak();
  const { data: me } = useSuspenseQuery(meQuery());
  const { choice, setChoice } = useTheme();
  const signOut = useSignOut();
  const errorText = useErrorText();
  const [name, setName] = useState(me.user.name);

  const { named } = useRoleNames();
  const patch = async (body: { name?: string; language?: string; theme?: string }) => {
    try {
      await api.patch('/me', body);
      await queryClient.invalidateQueries({ queryKey: ['me'] });
      // The language may just have changed: said in the new one.
      toast(i18n.t('common:saved'));
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <>
      <PageHead title={t('title')} />
      <div className="body profile">
        <section className="card" aria-label={t('person')}>
          <header>
            <h2>{t('person')}</h2>
          </header>
          <div className="pad grid">
            <div className="setting">
              <label htmlFor="my-name">{t('name')}</label>
              <div className="row">
                <Input id="my-name" value={name} onChange={(e) => setName(e.target.value)} autoComplete="name" />
                <Button disabled={name.trim() === '' || name === me.user.name} onClick={() => void patch({ name: name.trim() })}>
                  {t('common:save')}
                </Button>
              </div>
            </div>
            <Contact user={me.user} />
            <p className="s">
              {t('username')} {me.user.username}
              {me.user.roles.length > 0 ? ` · ${named(me.user.roles).map((r) => r.name).join(t('separator'))}` : ''}
            </p>
          </div>
        </section>
        <section className="card" aria-label={t('look')}>
          <header>
            <h2>{t('look')}</h2>
          </header>
          <div className="pad grid">
            <fieldset>
              <legend className="s">{t('common:language')}</legend>
              <Radio.Group
                value={i18n.language}
                options={languages.map((l) => ({ value: l.key, label: l.name }))}
                optionType="button"
                onChange={(e) => {
                  const language = String(e.target.value);
                  void speak(language).then((done) => (done ? patch({ language }) : undefined));
                }}
              />
            </fieldset>
            <fieldset>
              <legend className="s">{t('common:theme')}</legend>
              <Radio.Group
                value={choice}
                optionType="button"
                options={(['system', 'light', 'dark'] as const).map((c) => ({ value: c, label: t(`common:theme.${c}`) }))}
                onChange={(e) => {
                  setChoice(e.target.value as typeof choice);
                  void patch({ theme: String(e.target.value) });
                }}
              />
            </fieldset>
          </div>
        </section>
        <Notify />
        <Absences />
        {me.can.operate ? <Rates /> : null}
        <SecondFactor />
        <Tokens rights={me.user.rights} />
        <Sessions />
        <div>
          <Button onClick={signOut}>{t('common:signOut')}</Button>
        </div>
      </div>
    </>
  );
}

function Sessions() {
  const { t } = useTranslation('profile');
  const format = useFormat();
  const errorText = useErrorText();
  const { data, error, isPending, refetch } = useQuery(sessionsQuery());
  const end = async (id: string) => {
    try {
      await api.delete(`/sessions/${encodeURIComponent(id)}`);
      await queryClient.invalidateQueries({ queryKey: ['sessions'] });
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    }
  };
  return (
    <section className="card" aria-label={t('sessions')}>
      <header>
        <h2>{t('sessions')}</h2>
      </header>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      <ul>
        {data?.map((s) => (
          <li key={s.id} className="session">
            <span className="sp">
              <span className="el">{deviceOf(s.agent) || t('unknownDevice')}</span>
              <span className="s">
                {s.address} · {t('lastSeen', { when: format.moment(s.lastSeen) })}
              </span>
            </span>
            {s.current ? (
              <span className="tag ok">{t('thisOne')}</span>
            ) : (
              <Button size="small" onClick={() => void end(s.id)}>
                {t('end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
