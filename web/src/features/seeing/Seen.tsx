import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Me } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import './seen.css';

/** The workspace as somebody else sees it, under a bar that says so and leads back. */
export function Seen({ me, children }: { me: Me; children: ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const errorText = useErrorText();
  const back = useMutation({
    mutationFn: () => api.delete('/seeing'),
    // Everything on the page was the other person's.
    onSuccess: () => window.location.assign('/people'),
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  return (
    <div className="seen">
      <section className="seen-bar" aria-label={t('seeing')}>
        <Icon name="eye" size={18} />
        <b className="el">{t('seeingAs', { name: me.user.name })}</b>
        {me.seeing ? <span className="s el">{t('seeingUntil', { time: format.moment(me.seeing.until) })}</span> : null}
        <span className="sp" />
        <Button size="small" icon={<Icon name="return" size={14} />} loading={back.isPending} onClick={() => back.mutate()}>
          {t('seeingBack')}
        </Button>
      </section>
      <div className="seen-page" data-scroll-restoration-id="seen">
        {children}
      </div>
    </div>
  );
}
