import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { useLine } from '@/api/line';
import { Empty, useErrorText } from '@/ui/States';

const SandboxGone = lazy(() => import('@/features/sandbox/Gone').then((m) => ({ default: m.Gone })));

/** A page that could not be shown. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const text = useErrorText();
  const router = useRouter();
  const line = useLine();
  const gone = isApiError(error) && error.status === 404;
  if (isApiError(error, 'sandbox.gone'))
    return (
      <Suspense>
        <SandboxGone why={error.message} />
      </Suspense>
    );
  return (
    <div style={{ padding: 20 }}>
      <Empty title={gone ? t('notFound') : t('pageFailed')} text={gone ? t('notFoundText') : line ? text(error) : t('noLinePage')}>
        <Button
          type="primary"
          onClick={() => {
            reset();
            void router.invalidate();
          }}
        >
          {t('retry')}
        </Button>
        <Link to="/">{t('toMyWork')}</Link>
      </Empty>
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div style={{ padding: 20 }}>
      <Empty title={t('notFound')} text={t('notFoundText')}>
        <Link to="/">{t('toMyWork')}</Link>
      </Empty>
    </div>
  );
}
