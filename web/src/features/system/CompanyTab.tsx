import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, queryClient, setupQuery } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** What the company is called, and what else stands for all of it. */
export function CompanyTab() {
  const { t } = useTranslation(['system', 'common']);
  const { data: me } = useSuspenseQuery(meQuery());
  const { data: setup } = useSuspenseQuery(setupQuery());
  const [name, setName] = useState(me.company.name);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const errorText = useErrorText();
  const save = async () => {
    setBusy(true);
    setProblem('');
    try {
      await api.patch('/company', { name: name.trim() });
      await queryClient.invalidateQueries({ queryKey: meQuery().queryKey });
      toast(t('common:saved'));
    } catch (caught) {
      setProblem(errorText(caught));
    }
    setBusy(false);
  };
  const languages: Record<string, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };
  return (
    <div className="body">
      <section className="card" aria-label={t('tab.company')}>
        <header>
          <h2>{t('tab.company')}</h2>
        </header>
        <form
          className="pad company-name"
          onSubmit={(e) => {
            e.preventDefault();
            void save();
          }}
        >
          <label htmlFor="company-name">{t('company.name')}</label>
          <div className="row">
            <Input id="company-name" value={name} onChange={(e) => setName(e.target.value)} autoComplete="organization" {...(problem ? { status: 'error' as const, 'aria-describedby': 'company-problem' } : {})} />
            <Button htmlType="submit" loading={busy} disabled={name.trim() === '' || name.trim() === me.company.name}>
              {t('common:save')}
            </Button>
          </div>
          {problem ? (
            <p className="problem" id="company-problem">
              {problem}
            </p>
          ) : null}
        </form>
        <dl className="sys-facts">
          <div>
            <dt>{t('company.zone')}</dt>
            <dd>
              <Link to="/people" search={{ tab: 'calendars' }} title={t('company.zoneAt')}>
                {me.company.timezone}
              </Link>
            </dd>
          </div>
          <div>
            <dt>{t('company.language')}</dt>
            <dd>{languages[me.company.language] ?? me.company.language}</dd>
          </div>
          <div>
            <dt>{t('company.currency')}</dt>
            <dd>{me.company.currency}</dd>
          </div>
          <div>
            <dt>{t('company.sso')}</dt>
            <dd>{setup.provider || t('company.ssoNone')}</dd>
          </div>
        </dl>
      </section>
    </div>
  );
}
