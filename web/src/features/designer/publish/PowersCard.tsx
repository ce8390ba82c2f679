import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { useJump } from '../context';
import { powersQuery, waits, type Powers } from './powers';

/** What publishing would newly let the app do, and what was answered; nothing where there is nothing new. */
export function PowersCard({ app, rev }: { app: string; rev: number }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const jump = useJump();
  const { data } = useQuery(powersQuery(app, rev));
  if (!data || data.new.length === 0) return null;
  return (
    <section className="card" aria-label={t('powers')}>
      <header>
        <h2>{t('powers')}</h2>
      </header>
      <div className="d-diff">
        <ul className="d-powers">
          {data.new.map((p) => (
            <li key={p.key}>
              <Icon name={p.granted ? 'checkCircle' : 'alert'} size={14} className={p.granted ? 'ok' : 'warn'} label={t(p.granted ? 'powerGranted' : 'powerNew')} />
              <button type="button" className="d-difftext" onClick={() => jump(p.path)}>
                {text(p.text, p.key)}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <Said powers={data} />
    </section>
  );
}

function Said({ powers }: { powers: Powers }) {
  const { t } = useTranslation('designer');
  const format = useFormat();
  const { asked } = powers;
  if (!powers.needed && !(asked && asked.answer === 'granted')) return <p className="d-fine s">{t('powersByPublishing')}</p>;
  if (asked?.answer === 'granted' && !powers.needed) {
    return <p className="d-fine s">{t('powersGranted', { name: asked.answerer?.name ?? '', at: asked.answered ? format.moment(asked.answered) : '' })}</p>;
  }
  return (
    <>
      {asked?.answer === 'refused' ? (
        <p className="d-fine bad">
          {t('powersRefused', { name: asked.answerer?.name ?? '', at: asked.answered ? format.moment(asked.answered) : '' })}
          {asked.reason ? ` ${t('powersReason', { reason: asked.reason })}` : ''}
        </p>
      ) : null}
      <p className="d-fine s">{waits(powers) && asked ? t('powersWait', { at: format.moment(asked.at) }) : t('powersNeeded')}</p>
    </>
  );
}
