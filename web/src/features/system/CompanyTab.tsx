import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, queryClient, setupQuery } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** Those that sales teams here use first; the browser knows the others. */
const currencies = (now: string) => [...new Set([now, 'CNY', 'USD', 'EUR', 'HKD', 'TWD', 'JPY', ...Intl.supportedValuesOf('currency')])];

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
  const change = async (patch: { language?: string; currency?: string }) => {
    try {
      await api.patch('/company', patch);
      await queryClient.invalidateQueries({ queryKey: meQuery().queryKey });
      toast(t('common:saved'));
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    }
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
        <div className="pad outside-form">
          <div className="setting">
            <label htmlFor="company-language">{t('company.language')}</label>
            <Select
              id="company-language"
              value={me.company.language}
              aria-describedby="company-language-says"
              options={Object.entries(languages).map(([value, label]) => ({ value, label }))}
              onChange={(language: string) => void change({ language })}
            />
            <p className="s" id="company-language-says">
              {t('company.languageHelp')}
            </p>
          </div>
          <div className="setting">
            <label htmlFor="company-currency">{t('company.currency')}</label>
            <Select
              id="company-currency"
              showSearch
              value={me.company.currency}
              aria-describedby="company-currency-says"
              options={currencies(me.company.currency).map((value) => ({ value, label: value }))}
              onChange={(currency: string) => void change({ currency })}
            />
            <p className="s" id="company-currency-says">
              {t('company.currencyHelp')}
            </p>
          </div>
          <div className="setting">
            <span className="s">{t('company.zone')}</span>
            <Link to="/people" search={{ tab: 'calendars' }}>
              {me.company.timezone}
            </Link>
            <p className="s">{t('company.zoneHelp')}</p>
          </div>
          <div className="setting">
            <span className="s">{t('company.sso')}</span>
            <Link to="/system" search={{ tab: 'outside' }}>
              {setup.provider || t('company.ssoNone')}
            </Link>
          </div>
          <p className="s">{t('company.week')}</p>
        </div>
      </section>
    </div>
  );
}
