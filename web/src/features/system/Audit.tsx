import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { anchorsQuery, deedsQuery, type Verified } from './api';
import { Listed } from './Listed';

/** What admins did, and the signed ends of all histories. */
export function Audit() {
  return (
    <div className="body">
      <Deeds />
      <Anchors />
    </div>
  );
}

function Deeds() {
  const { t } = useTranslation('system');
  const text = useText();
  const format = useFormat();
  const list = useInfiniteQuery(deedsQuery());
  return (
    <section className="sys-part" aria-label={t('deeds')}>
      <header>
        <h2>{t('deeds')}</h2>
        <p className="s">{t('deedsHelp')}</p>
      </header>
      <Listed
        list={list}
        none={t('noDeeds')}
        row={(d) => (
          <li key={d.id}>
            <div className="sys-what">
              <b className="el">
                {text(d.what, '')}
                {d.about ? ` · ${d.name ?? d.about}` : ''}
              </b>
              <span className="s">
                {d.by.name} · {format.moment(d.at)}
                {d.until ? ` · ${t('until', { time: format.moment(d.until) })}` : ''}
                {d.address ? ` · ${d.address}` : ''}
              </span>
            </div>
          </li>
        )}
      />
    </section>
  );
}

function Anchors() {
  const { t } = useTranslation('system');
  const format = useFormat();
  const errorText = useErrorText();
  const list = useInfiniteQuery(anchorsQuery());
  const verify = useMutation({
    mutationFn: () => api.post<Verified>('/audit/verify'),
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['deeds'] }),
  });
  const found = verify.data;
  return (
    <section className="sys-part" aria-label={t('anchors')}>
      <header>
        <h2>{t('anchors')}</h2>
        <span className="sp" />
        <Button size="small" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t('verify')}
        </Button>
      </header>
      <p className="s">{t('anchorsHelp')}</p>
      {found ? (
        <div className={`notice ${found.wrong > 0 ? 'bad' : 'ok'}`} role="status">
          <div>
            {found.wrong > 0 ? t('verifiedWrong', { wrong: found.wrong, count: found.anchors }) : t('verified', { count: found.anchors })}
            {found.findings.map((f) => (
              <p className="s" key={f}>
                {f}
              </p>
            ))}
          </div>
        </div>
      ) : null}
      <Listed
        list={list}
        none={t('noAnchors')}
        row={(a) => (
          <li key={a.day}>
            <div className="sys-what">
              <b>{t('anchorOf', { day: a.day, count: a.heads })}</b>
              <span className="s el">
                {format.moment(a.takenAt)} · {t('anchorRoot', { root: a.root })}
              </span>
            </div>
          </li>
        )}
      />
    </section>
  );
}
