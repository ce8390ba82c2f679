import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Picture } from './flowDrawing';
import { Icon } from './Icon';
import { fileNameOf, printInstead, savePng, saveSvg } from './pictures';
import { toast } from './toast';
import './flow-drawing.css';

/**
 * Prints a picture in place of the page: with `always` whenever the page is printed, else when the answer is called. It is drawn when it is
 * wanted.
 */
export function usePrinted(make: () => Picture, always: boolean): () => void {
  const latest = useRef(make);
  const wanted = useRef(false);
  useEffect(() => {
    latest.current = make;
  });
  useEffect(() => {
    let undo: (() => void) | undefined;
    const before = () => {
      if (always || wanted.current) undo ??= printInstead(latest.current());
    };
    const after = () => {
      undo?.();
      undo = undefined;
      wanted.current = false;
    };
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
      after();
    };
  }, [always]);
  return useCallback(() => {
    wanted.current = true;
    window.print();
  }, []);
}

interface Props {
  make: () => Picture;
  name: readonly string[];
  /** Prints it, where the page does that itself. */
  onPrint?: () => void;
}

/** Ways to take a picture along: as a drawing, as a picture, on paper. */
export function PictureButtons({ make, name, onPrint }: Props) {
  const { t } = useTranslation('flow');
  const print = usePrinted(make, false);
  const png = async () => {
    try {
      await savePng(make(), fileNameOf(name, 'png'));
    } catch {
      toast(t('exportFailed'), { kind: 'bad' });
    }
  };
  return (
    <div className="picture-buttons" role="group" aria-label={t('export')}>
      <button type="button" title={t('asSvg')} onClick={() => saveSvg(make(), fileNameOf(name, 'svg'))}>
        <Icon name="download" size={14} />
        SVG
      </button>
      <button type="button" title={t('asPng')} onClick={() => void png()}>
        <Icon name="download" size={14} />
        PNG
      </button>
      <button type="button" onClick={onPrint ?? print}>
        <Icon name="print" size={14} />
        {t('print')}
      </button>
    </div>
  );
}
