import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { dashboardQuery } from '@/api/queries';
import type { ReportResult } from '@/api/types';
import { useModel, type Model } from '@/records/model';
import { isTile, ReportCard } from '@/records/ReportCard';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import './dashboard.css';

/** Cards of figures; every figure opens the records behind it. */
export function DashboardPage() {
  const { app, key } = useParams({ from: '/signedIn/shell/a/$app/dashboards/$key' });
  const { t } = useTranslation('dashboard');
  const text = useText();
  const format = useFormat();
  const { model } = useModel(app);
  const { data, error, isPending, refetch, dataUpdatedAt } = useQuery(dashboardQuery(app, key));
  const boards = model?.definition.dashboards ?? [];
  const name = text(data?.name ?? boards.find((d) => d.key === key)?.name, key);
  const cards = data?.cards ?? [];
  return (
    <>
      <PageHead title={name}>
        {boards.length > 1 ? (
          <nav className="seg" aria-label={t('dashboards')}>
            {boards.map((d) => (
              <Link key={d.key} to="/a/$app/dashboards/$key" params={{ app, key: d.key }} activeProps={{ 'aria-current': 'page' }}>
                {text(d.name, d.key)}
              </Link>
            ))}
          </nav>
        ) : null}
      </PageHead>
      <div className="body">
        {dataUpdatedAt > 0 ? <p className="s" style={{ textAlign: 'right' }}>{t('updated', { time: format.moment(new Date(dataUpdatedAt).toISOString()) })}</p> : null}
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
        {isPending ? (
          <div className="dash">
            {[0, 1, 2, 3].map((i) => (
              <div className="card" key={i}>
                <Skeleton rows={3} />
              </div>
            ))}
          </div>
        ) : null}
        {data && cards.length === 0 ? <Empty title={t('empty')} text={t('emptyText')} /> : null}
        <div className="dash">{model ? cards.map((card) => <Placed key={card.key} card={card} model={model} />) : null}</div>
      </div>
    </>
  );
}

/** Single figures are small tiles, everything else takes half the width. */
function Placed({ card, model }: { card: ReportResult; model: Model }) {
  return (
    <div className={isTile(card) ? 'tile' : 'half'}>
      <ReportCard report={card} model={model} />
    </div>
  );
}
