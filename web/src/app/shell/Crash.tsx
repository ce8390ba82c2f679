import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { Empty, useErrorText } from '@/ui/States';

/** A page that could not be shown. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const text = useErrorText();
  const router = useRouter();
  const gone = isApiError(error) && error.status === 404;
  return (
    <div style={{ padding: 20 }}>
      <Empty title={gone ? t('notFound') : t('pageFailed')} text={gone ? t('notFoundText') : text(error)}>
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
