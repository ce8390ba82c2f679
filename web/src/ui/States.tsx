import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { Icon } from './Icon';

/** A grey bar where text will be. */
export function Bone({ width = '100%', height = 12 }: { width?: number | string; height?: number }) {
  return <span className="sk" style={{ width, height }} />;
}

/** Rows of the right height while a list is on its way. */
export function Skeleton({ rows = 4, height = 40 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('loading')} style={{ padding: '4px 16px' }}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} style={{ height, display: 'flex', alignItems: 'center', gap: 12 }}>
          <Bone width={`${32 + ((i * 17) % 30)}%`} />
          <Bone width="16%" />
        </div>
      ))}
    </div>
  );
}

/** Nothing here yet: what it is, what to do next, and the buttons for it. Where it is the whole page, its title is the page's (`heading` 1). */
export function Empty({ title, text, heading = 2, children }: { title: string; text?: string; heading?: 1 | 2; children?: ReactNode }) {
  const Heading = heading === 1 ? 'h1' : 'h2';
  return (
    <div className="empty">
      <Heading>{title}</Heading>
      {text ? <p>{text}</p> : null}
      {children ? <div className="acts">{children}</div> : null}
    </div>
  );
}

/** The words to show for any error. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (isApiError(error)) return error.status === 0 ? t('offline') : error.message;
    return t('failed');
  };
}

/** What is there soon, and comes by itself. */
export function Building({ text }: { text: string }) {
  return (
    <div className="notice" role="status" style={{ margin: 16 }}>
      <Icon name="hourglass" className="dim" />
      <span className="sp">{text}</span>
    </div>
  );
}

/** A load that failed, with a way to try again. */
export function ErrorBox({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  if (isApiError(error, 'index.building')) return <Building text={error.message} />;
  return (
    <div className="notice bad" role="alert" style={{ margin: 16, alignItems: 'center' }}>
      <Icon name="alert" />
      <span className="sp">{text(error)}</span>
      {onRetry ? (
        <Button size="small" onClick={onRetry}>
          {t('retry')}
        </Button>
      ) : null}
    </div>
  );
}
