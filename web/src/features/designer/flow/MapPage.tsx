import { Button } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawMap, pictureOf } from '@/ui/flowDrawing';
import { useFlowWords } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { usePrinted } from '@/ui/PictureButtons';
import { Empty } from '@/ui/States';
import { MAP, planMap } from '@/model/map';
import { useDefinition, useNameOf, usePlaceInDesigner } from '../context';
import { TriggerGraph } from './TriggerGraph';

const ShareDialog = lazy(() => import('./ShareDialog').then((m) => ({ default: m.ShareDialog })));

/** All processes of the app in one picture, one lane each, and the hand-overs between them; or which automation sets off which. */
export function MapPage() {
  const { t, i18n } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const flowWords = useFlowWords(def);
  const { go } = usePlaceInDesigner();
  const plan = useMemo(() => planMap(def), [def]);
  const [triggers, setTriggers] = useState(false);
  const [sharing, setSharing] = useState(false);
  const names = [nameOf(def), t('map')];
  const picture = () => pictureOf(drawMap(def, flowWords), names.join(' – '), t('draftWord'), i18n.language);
  const print = usePrinted(picture, !triggers);
  const processes = def.processes ?? [];
  const automation = (key: string) => nameOf(def.automations?.find((a) => a.key === key));
  const words = (from: string, to: string) =>
    t('handOver', { from: nameOf(processes.find((p) => p.key === from)), to: nameOf(processes.find((p) => p.key === to)) });
  return (
    <section className="d-map" aria-label={t('map')}>
      <header className="d-bar">
        <h2>{t('map')}</h2>
        <div className="seg" role="group" aria-label={t('map')}>
          <button type="button" aria-pressed={!triggers} onClick={() => setTriggers(false)}>
            {t('mapProcesses')}
          </button>
          <button type="button" aria-pressed={triggers} onClick={() => setTriggers(true)}>
            {t('mapAutomations')}
          </button>
        </div>
        <span className="s d-facts">{triggers ? t('triggersFacts') : t('mapFacts', { processes: processes.length, hands: plan.lines.length })}</span>
        <span className="sp" />
        {triggers || processes.length === 0 ? null : (
          <Button type="text" size="small" icon={<Icon name="share" size={14} />} onClick={() => setSharing(true)}>
            {t('share')}
          </Button>
        )}
        <Button type="text" size="small" onClick={() => go('flow')}>
          {t('backToFlow')}
        </Button>
      </header>
      {triggers ? (
        <TriggerGraph />
      ) : processes.length === 0 ? (
        <Empty title={t('noProcesses')} text={t('noProcessesText')} />
      ) : (
        <div className="d-mapscroll">
          <div className="d-mapsheet" style={{ width: plan.width, height: plan.height }}>
            {processes.map((p, i) => (
              <div
                key={p.key}
                className="d-maplane"
                role="group"
                aria-label={nameOf(p)}
                style={{ top: MAP.gutter + i * (MAP.lane + MAP.gutter), height: MAP.lane }}
              >
                <button type="button" className="d-mapname el" style={{ width: MAP.left - 28 }} onClick={() => go('flow', `/processes/${p.key}`)}>
                  <b>{nameOf(p)}</b>
                  <span className="s">{(p.roles ?? []).map((r) => nameOf(def.roles?.find((x) => x.key === r) ?? { key: r })).join(t('listSeparator'))}</span>
                </button>
                {p.stages.map((s, j) => (
                  <button
                    key={s.key}
                    type="button"
                    className={`d-mapstage el ${s.end ? 'end' : ''}`}
                    style={{ left: MAP.left + j * MAP.step, width: MAP.chip }}
                    title={nameOf(s)}
                    onClick={() => go('flow', `/processes/${p.key}/stages/${s.key}`)}
                  >
                    {nameOf(s)}
                  </button>
                ))}
              </div>
            ))}
            <svg width={plan.width} height={plan.height} aria-hidden="true">
              <defs>
                <marker id="d-maparrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                  <path d="M0 0L8 4L0 8" fill="none" stroke="context-stroke" />
                </marker>
              </defs>
              {plan.lines.map((l) => (
                <polyline
                  key={`${l.hand.automation} ${l.hand.to}`}
                  className={l.back ? 'back' : ''}
                  points={l.points.map((p) => p.join(',')).join(' ')}
                  markerEnd="url(#d-maparrow)"
                />
              ))}
            </svg>
            <ul aria-label={t('handOvers')}>
              {plan.lines.map((l) => (
                <li key={`${l.hand.automation} ${l.hand.to}`} style={{ left: l.label[0], top: l.label[1] }}>
                  <button
                    type="button"
                    className={l.back ? 'back' : ''}
                    aria-label={`${words(l.hand.from, l.hand.to)}: ${automation(l.hand.automation)}`}
                    onClick={() => go('automations', `/automations/${l.hand.automation}`)}
                  >
                    {automation(l.hand.automation)}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {sharing ? (
        <Suspense>
          <ShareDialog make={picture} name={names} onPrint={print} onClose={() => setSharing(false)} />
        </Suspense>
      ) : null}
    </section>
  );
}
