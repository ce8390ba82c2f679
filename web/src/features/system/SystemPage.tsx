import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHead } from '@/ui/PageHead';
import { Audit } from './Audit';
import { BackupsTab } from './BackupsTab';
import { CompanyTab } from './CompanyTab';
import { HealthTab } from './HealthTab';
import { Jobs } from './Jobs';
import { OutsideTab } from './OutsideTab';
import { Schedules } from './Schedules';
import './system.css';

const tabs = ['health', 'company', 'outside', 'jobs', 'schedules', 'audit', 'backups'] as const;

/** The installation itself, for admins: what needs a hand, the company, work in the background, what was done and signed, copies. */
export function SystemPage() {
  const { t } = useTranslation('system');
  const navigate = useNavigate();
  const search = useSearch({ from: '/signedIn/shell/system' });
  const tab = tabs.find((k) => k === search.tab) ?? 'health';
  return (
    <>
      <PageHead title={t('title')}>
        <div className="seg" role="group" aria-label={t('title')}>
          {tabs.map((k) => (
            <button key={k} type="button" aria-pressed={k === tab} onClick={() => void navigate({ to: '/system', search: k === 'health' ? {} : { tab: k }, replace: true })}>
              {t(`tab.${k}`)}
            </button>
          ))}
        </div>
      </PageHead>
      {tab === 'health' ? <HealthTab /> : null}
      {tab === 'company' ? <CompanyTab /> : null}
      {tab === 'outside' ? <OutsideTab /> : null}
      {tab === 'jobs' ? <Jobs /> : null}
      {tab === 'schedules' ? <Schedules /> : null}
      {tab === 'audit' ? <Audit /> : null}
      {tab === 'backups' ? <BackupsTab /> : null}
    </>
  );
}
