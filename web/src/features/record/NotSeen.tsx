import { useSuspenseQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { meQuery } from '@/api/queries';
import { PageHead } from '@/ui/PageHead';
import { ErrorBox } from '@/ui/States';

const StandingDialog = lazy(() => import('./Standing').then((m) => ({ default: m.StandingDialog })));

/** A record that does not open. An admin, who may have no right to read it either, can ask who may and why; the answer holds no values. */
export function NotSeen({ id, error, onRetry }: { id: string; error: unknown; onRetry: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const { data: me } = useSuspenseQuery(meQuery());
  const [asking, setAsking] = useState(false);
  const gone = isApiError(error) && error.status === 404;
  return (
    <>
      {gone ? <PageHead title={t('common:notFound')} /> : null}
      <ErrorBox error={error} onRetry={onRetry} />
      {me.can.operate && gone ? (
        <div style={{ padding: '0 16px' }}>
          <Button size="small" onClick={() => setAsking(true)}>
            {t('standing')}…
          </Button>
        </div>
      ) : null}
      {asking ? (
        <Suspense>
          <StandingDialog record={{ id, owner: me.user.id }} onClose={() => setAsking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
