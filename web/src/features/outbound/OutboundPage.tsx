import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHead } from '@/ui/PageHead';
import { Deliveries } from './Deliveries';
import { Robots } from './Robots';
import './outbound.css';

const tabs = ['deliveries', 'robots'] as const;

/** What leaves the house: every call, mail and robot's message with its state; the robots, and whether mail works. */
export function OutboundPage() {
  const { t } = useTranslation('outbound');
  const navigate = useNavigate();
  const search = useSearch({ from: '/signedIn/shell/outbound' });
  const tab = tabs.find((k) => k === search.tab) ?? 'deliveries';
  return (
    <>
      <PageHead title={t('title')}>
        <div className="seg" role="group" aria-label={t('title')}>
          {tabs.map((k) => (
            <button key={k} type="button" aria-pressed={k === tab} onClick={() => void navigate({ to: '/outbound', search: k === 'deliveries' ? {} : { tab: k }, replace: true })}>
              {t(`tab.${k}`)}
            </button>
          ))}
        </div>
      </PageHead>
      {tab === 'deliveries' ? <Deliveries /> : <Robots />}
    </>
  );
}
