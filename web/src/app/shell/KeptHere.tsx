import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '@/api/queries';
import { forget, keep, onOutcome, sendKept, useKept, type Kept } from '@/records/kept';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Popup } from '@/ui/Popup';
import { toast } from '@/ui/toast';

/** How long until what waits is sent again, in milliseconds; twice as long each time that nobody answers. */
const firstPause = 5_000;
const longestPause = 60_000;

/**
 * What is kept in this browser and has not reached the server: sent as soon as somebody answers, to be gone on with, or to be mended. Part of the
 * shell and not loaded when needed, because it is needed when nothing can be loaded.
 */
export function KeptHere() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const user = me.user.id;
  const own = useKept(user);
  // Whoever looks as somebody else sends nothing for them.
  const list = me.seeing ? [] : own;
  const waiting = list.filter((k) => k.state === 'waiting').length;
  const refused = list.filter((k) => k.state === 'refused').length;
  const send = useSending(user, waiting > 0);
  if (list.length === 0) return null;
  const label = waiting > 0 ? t('keptWaiting', { count: waiting }) : refused > 0 ? t('keptRefused', { count: refused }) : t('keptDrafts', { count: list.length });
  const face = (
    <>
      <Icon name="clock" size={18} />
      {waiting + refused > 0 ? <i className="badge" /> : null}
    </>
  );
  return (
    <Popup kind="panel" label={label} face={face}>
      {(close) => (
        <div className="notices">
          <div className="panel-head">
            <h2>{t('kept')}</h2>
            {waiting > 0 ? (
              <button type="button" className="link s" onClick={send}>
                {t('keptSend')}
              </button>
            ) : null}
          </div>
          <ul>
            {list.map((kept) => (
              <KeptItem key={kept.id} kept={kept} user={user} onClose={close} />
            ))}
          </ul>
        </div>
      )}
    </Popup>
  );
}

function KeptItem({ kept, user, onClose }: { kept: Kept; user: string; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const open = () => {
    onClose();
    if (kept.record) void navigate({ to: '/r/$id', params: { id: kept.record } });
    else {
      void navigate({
        to: '/a/$app/new/$form',
        params: { app: kept.app, form: kept.form },
        search: { ...(kept.via ? { via: kept.via } : {}), ...(kept.from ? { from: kept.from } : {}), ...(kept.state === 'refused' ? { kept: kept.id } : {}) },
      });
    }
  };
  const drop = () => {
    forget(user, [kept.id]);
    toast(t('keptDropped', { title: kept.title }), { undo: () => keep(user, kept) });
  };
  // A new record on its way is not changed any more: it may have arrived.
  const opens = kept.state !== 'waiting' || kept.record !== undefined;
  return (
    <li>
      <div>
        <b>{kept.title}</b>
        <p className={`s ${kept.state === 'refused' ? 'bad' : ''}`}>{kept.state === 'refused' ? t('keptWhy', { why: kept.message ?? '' }) : t(`keptState.${kept.state}`)}</p>
        <div className="row">
          <span className="s sp">{format.moment(new Date(kept.at).toISOString())}</span>
          {opens ? (
            <button type="button" className="link s" onClick={open} aria-label={t('keptOpenOf', { title: kept.title })}>
              {t('keptOpen')}
            </button>
          ) : null}
          <button type="button" className="link s" onClick={drop} aria-label={t('keptDropOf', { title: kept.title })}>
            {t('keptDrop')}
          </button>
        </div>
      </div>
    </li>
  );
}

/** Sends what waits: at once, when the line is back, and from time to time. Answers how to send it now. */
function useSending(user: string, waits: boolean): () => void {
  const { t } = useTranslation();
  const stale = t('keptStale');
  const pause = useRef(firstPause);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const send = useCallback(() => {
    const again = () => {
      clearTimeout(timer.current);
      void sendKept(user, stale).then((done) => {
        if (done) pause.current = firstPause;
        else {
          clearTimeout(timer.current);
          timer.current = setTimeout(again, pause.current);
          pause.current = Math.min(2 * pause.current, longestPause);
        }
      });
    };
    again();
  }, [user, stale]);
  useEffect(
    () =>
      onOutcome(({ kept, record, message }) => {
        if (record) toast(t('keptSent', { title: record.title || kept.title }));
        else toast(t('keptNot', { title: kept.title, why: message ?? '' }), { kind: 'bad' });
      }),
    [t],
  );
  useEffect(() => {
    if (!waits) return undefined;
    send();
    window.addEventListener('online', send);
    return () => {
      window.removeEventListener('online', send);
      clearTimeout(timer.current);
    };
  }, [waits, send]);
  return send;
}
