import { Drawer } from 'antd';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Caught, Happening, Sandbox } from '@/api/sandbox';
import { Icon, type IconName } from '@/ui/Icon';
import { wallClock } from '@/ui/format';
import { useText } from '@/ui/text';
import { together } from './together';

const icons: Record<Caught['kind'] | Happening['kind'], IconName> = {
  mail: 'mail', robot: 'bot', call: 'globe', automation: 'bolt', timer: 'hourglass', tick: 'calendar', reclaim: 'return', rung: 'bell',
};

type Part = 'caught' | 'fired' | 'coming';

/** What would have gone out, what happened by itself, and what will. */
export function Tray({ box, onClose }: { box: Sandbox; onClose: () => void }) {
  const { t } = useTranslation('sandbox');
  const [part, setPart] = useState<Part>('caught');
  const counts: Record<Part, number> = { caught: box.sent, fired: box.ran, coming: box.coming.length };
  return (
    <Drawer open mask={false} size={420} title={t('trayTitle')} onClose={onClose} className="sandbox-tray" styles={{ body: { padding: 0 } }}>
      <div className="seg" role="tablist" aria-label={t('trayTitle')}>
        {(['caught', 'fired', 'coming'] as const).map((key) => (
          <button key={key} type="button" role="tab" id={`tray-${key}`} aria-selected={part === key} aria-controls="tray-body" onClick={() => setPart(key)}>
            {t(`part_${key}`)} {counts[key]}
          </button>
        ))}
      </div>
      <div id="tray-body" role="tabpanel" aria-labelledby={`tray-${part}`} tabIndex={0}>
        <p className="s sandbox-note">{t(`note_${part}`)}</p>
        {part === 'caught' ? <Letters box={box} /> : <Happenings box={box} list={part === 'fired' ? box.fired : box.coming} part={part} />}
      </div>
    </Drawer>
  );
}

function When({ at, zone }: { at: string; zone: string }) {
  const w = wallClock(at, zone);
  return (
    <time className="s" dateTime={at}>
      {w.date.slice(5)} {w.time}
    </time>
  );
}

function Letters({ box }: { box: Sandbox }) {
  const { t } = useTranslation('sandbox');
  if (box.caught.length === 0) return <p className="sandbox-none">{t('none_caught')}</p>;
  return (
    <ul className="sandbox-list">
      {box.caught.map((c) => (
        <li key={c.n}>
          <details>
            <summary>
              <Icon name={icons[c.kind]} />
              <span className="sp">
                <b className="el">{c.subject && c.kind === 'mail' ? c.subject : t(`kind_${c.kind}`)}</b>
                <span className="s el">{[...c.to, ...(c.cc ?? [])].join(t('comma'))}</span>
              </span>
              <When at={c.at} zone={box.zone} />
            </summary>
            <pre>{c.kind === 'call' ? `${c.subject} ${c.to.join(' ')}\n\n${c.text}` : c.text}</pre>
          </details>
        </li>
      ))}
    </ul>
  );
}

function Happenings({ box, list, part }: { box: Sandbox; list: readonly Happening[]; part: 'fired' | 'coming' }) {
  const { t } = useTranslation('sandbox');
  const text = useText();
  if (list.length === 0) return <p className="sandbox-none">{t(`none_${part}`)}</p>;
  return (
    <ul className="sandbox-list">
      {(part === 'fired' ? together(list) : list.map((h) => ({ last: h, times: 1, first: h.at }))).map(({ last: h, times, first }, i) => (
        <li key={h.n ?? i} className={h.error ? 'bad' : ''}>
          <div className="sandbox-row">
            <Icon name={icons[h.kind]} />
            <span className="sp">
              <b className="el">{h.name ? text(h.name, '') : t(h.timer ? `timer_${h.timer}` : `kind_${h.kind}`)}</b>
              <span className="s el">
                {h.name ? t(h.timer ? `timer_${h.timer}` : `kind_${h.kind}`) : ''}
                {h.name && h.record ? ' · ' : ''}
                {h.record ? (
                  <Link to="/r/$id" params={{ id: h.record }}>
                    {h.title || h.record}
                  </Link>
                ) : null}
              </span>
              {times > 1 ? <span className="s">{t('times', { n: times, from: wallClock(first, box.zone).date })}</span> : null}
              {h.error ? <span className="s bad">{h.error}</span> : null}
            </span>
            <When at={h.at} zone={box.zone} />
          </div>
        </li>
      ))}
    </ul>
  );
}
