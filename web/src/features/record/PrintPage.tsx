import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Icon } from '@/ui/Icon';
import type { PaperHandle, Printed } from '@/ui/PaperFrame';
import { PaperView } from '@/ui/PaperView';
import { ErrorBox, Skeleton } from '@/ui/States';
import './print.css';

/** A paper made of a record, to be printed or saved as a PDF by the browser. */
export function PrintPage() {
  const { id, key } = useParams({ from: '/signedIn/print/$id/$key' });
  const { t, i18n } = useTranslation(['record', 'common']);
  const navigate = useNavigate();
  const paper = useQuery({
    queryKey: ['print', id, key, i18n.language],
    queryFn: ({ signal }) => api.get<Printed>(`/records/${encodeURIComponent(id)}/prints/${key}`, { query: { lang: i18n.language }, signal }),
    staleTime: 0,
  });
  const handle = useRef<PaperHandle>(null);
  const title = paper.data?.title;
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);
  useEffect(() => {
    // The browser's own command prints the paper, too, not the page around it.
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'p' || !handle.current) return;
      event.preventDefault();
      handle.current.print();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <main className="print-page">
      <div className="print-bar">
        <Button onClick={() => void navigate({ to: '/r/$id', params: { id } })} icon={<Icon name="left" />}>
          {t('common:back')}
        </Button>
        <h1 className="el sp">{title}</h1>
        <Button type="primary" disabled={!paper.data} onClick={() => handle.current?.print()}>
          {t('printNow')}
        </Button>
      </div>
      {paper.error ? (
        <ErrorBox error={paper.error} onRetry={() => void paper.refetch()} />
      ) : paper.data ? (
        <PaperView paper={paper.data} label={paper.data.title} ref={handle} />
      ) : (
        <div className="card">
          <Skeleton rows={8} />
        </div>
      )}
    </main>
  );
}
