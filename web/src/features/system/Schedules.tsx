import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { appsQuery } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { ticksQuery, type Tick } from './api';
import { Listed } from './Listed';

const TONE: Partial<Record<Tick['state'], string>> = { failed: ' bad', missed: ' warn', done: ' ok' };

/** The ledger: every time that a schedule came, with what became of it. */
export function Schedules() {
  const { t } = useTranslation('system');
  const text = useText();
  const format = useFormat();
  const [app, setApp] = useState('');
  const { data: apps } = useQuery(appsQuery());
  const list = useInfiniteQuery(ticksQuery(app));
  const nameOf = (key: string) => text(apps?.find((a) => a.key === key)?.name, key);
  return (
    <>
      <div className="bar">
        <Select aria-label={t('app')} className="sys-pick" value={app} onChange={setApp} options={[{ value: '', label: t('allApps') }, ...(apps ?? []).map((a) => ({ value: a.key, label: text(a.name, a.key) }))]} />
        <span className="sp" />
        <Button onClick={() => void list.refetch()}>{t('refresh')}</Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        <Listed
          list={list}
          none={t('noTicks')}
          noneHelp={t('noTicksHelp')}
          row={(k) => (
            <li key={`${k.app}/${k.automation}/${k.tick}`}>
              <div className="sys-what">
                <b className="el">{k.automation}</b>
                <span className="s">
                  {nameOf(k.app)} · {format.moment(k.tick)}
                  {k.records > 0 ? ` · ${t('records', { count: k.records })}` : ''}
                </span>
              </div>
              <span className={`tag${TONE[k.state] ?? ''}`}>{t(`tick.${k.state}`)}</span>
            </li>
          )}
        />
      </div>
    </>
  );
}
