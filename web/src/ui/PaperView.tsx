import { useLayoutEffect, useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import { PaperFrame, type PaperHandle, type Printed } from './PaperFrame';
import './paper.css';

/** How wide a sheet is on the screen, in pixels of 1/96 inch. */
export function sheetWidth(page: string): number {
  const [short, long] = page.startsWith('A5') ? [559, 794] : [794, 1123];
  return page.includes('landscape') ? long : short;
}

const STEPS = [1, 1.5, 2, 3];

/** A sheet of paper as wide as there is room, to be looked at closer. */
export function PaperView({ paper, label, ref }: { paper: Printed; label: string; ref?: Ref<PaperHandle> }) {
  const { t } = useTranslation('common');
  const room = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [height, setHeight] = useState(320);
  const [step, setStep] = useState(0);
  useLayoutEffect(() => {
    const box = room.current;
    if (!box) return undefined;
    const measure = () => setWidth(box.clientWidth);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const natural = sheetWidth(paper.page) + 2;
  const fit = width === 0 ? 1 : Math.min(1, width / natural);
  const scale = fit * (STEPS[step] ?? 1);
  // Looked at closely it scrolls, by keyboard too.
  const closer = scale * natural > width + 1;
  return (
    <div className="paper-view">
      <div ref={room} className="paper-room" role="region" aria-label={label} {...(closer ? { tabIndex: 0 } : {})}>
        <div className="paper-space" style={{ width: natural * scale, height: height * scale }}>
          <div style={{ width: natural, transform: `scale(${scale})`, transformOrigin: '0 0' }}>
            <PaperFrame paper={paper} label={label} width={natural} onHeight={setHeight} {...(ref ? { ref } : {})} />
          </div>
        </div>
      </div>
      {fit < 1 || step > 0 ? (
        <div className="paper-zoom">
          <button type="button" className="ib" aria-label={t('zoomOut')} title={t('zoomOut')} disabled={step === 0} onClick={() => setStep(step - 1)}>
            <Icon name="minus" />
          </button>
          <span className="s num">{Math.round(scale * 100)}%</span>
          <button type="button" className="ib" aria-label={t('zoomIn')} title={t('zoomIn')} disabled={step + 1 >= STEPS.length || scale >= 2} onClick={() => setStep(step + 1)}>
            <Icon name="plus" />
          </button>
        </div>
      ) : null}
    </div>
  );
}
