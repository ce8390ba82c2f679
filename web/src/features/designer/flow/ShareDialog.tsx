import { useQuery } from '@tanstack/react-query';
import { Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Page } from '@/api/types';
import type { Picture } from '@/ui/flowDrawing';
import { PictureButtons } from '@/ui/PictureButtons';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { useDefinition, useDraft, useNameOf } from '../context';
import { LinkControls, type LinkAction } from '../controls/LinkControls';

interface ShareLink {
  /** Empty for the whole app. */
  process: string;
  path: string;
  on: boolean;
}

interface Props {
  /** The process that is looked at; none on the map. */
  process?: string;
  make: () => Picture;
  name: readonly string[];
  onPrint: () => void;
  onClose: () => void;
}

/** Shows a flow to people outside: by a read-only link to the live release, or as a picture of what is on the canvas. */
export function ShareDialog({ process, make, name, onPrint, onClose }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const [all, setAll] = useState(process === undefined);
  const it = def.processes?.find((p) => p.key === process);
  return (
    <Modal open title={t('shareTitle')} footer={null} onCancel={onClose} width={560}>
      <div className="d-share">
        <section aria-label={t('shareLink')}>
          <h3>{t('shareLink')}</h3>
          <p className="s">{t('shareHelp')}</p>
          {it ? (
            <div className="seg" role="group" aria-label={t('shareWhat')}>
              <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
                <span className="el">{t('shareThis', { name: nameOf(it) })}</span>
              </button>
              <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
                {t('shareAll')}
              </button>
            </div>
          ) : null}
          <Link process={all ? '' : (process ?? '')} />
        </section>
        <section aria-label={t('takeAlong')}>
          <h3>{t('takeAlong')}</h3>
          <p className="s">{t('takeAlongHelp')}</p>
          <PictureButtons make={make} name={name} onPrint={onPrint} />
        </section>
      </div>
    </Modal>
  );
}

function Link({ process }: { process: string }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const key = ['shares', app];
  const links = useQuery({ queryKey: key, retry: false, queryFn: ({ signal }) => api.get<Page<ShareLink>>(`/apps/${app}/shares`, { signal }).then((p) => p.items) });
  const act = async (action: LinkAction) => {
    setBusy(true);
    try {
      await api.post<ShareLink>(`/apps/${app}/shares`, { process, action });
      await queryClient.invalidateQueries({ queryKey: key });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  if (links.error && !(isApiError(links.error) && links.error.status === 404)) return <ErrorBox error={links.error} onRetry={() => void links.refetch()} />;
  if (links.isPending) return <Skeleton rows={1} />;
  const link = links.data?.find((l) => l.process === process);
  if (!link || (process === '' && links.data?.length === 1)) return <p className="s">{t('shareUnpublished')}</p>;
  return <LinkControls link={link} busy={busy} onAct={(action) => void act(action)} />;
}
