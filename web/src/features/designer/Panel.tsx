import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './controls/Row';
import { useReveal } from './reveal';

interface Props {
  icon?: ReactNode;
  title: string;
  /** What kind of thing it is. */
  word: string;
  actions?: ReactNode;
  onClose?: () => void;
  children: ReactNode;
}

const onPhone = () => window.matchMedia('(max-width: 899px)').matches;

/** The panel at the right: what is selected, and everything one can change about it. */
export function Panel({ icon, title, word, actions, onClose, children }: Props) {
  const { t } = useTranslation('designer');
  const ref = useRef<HTMLElement>(null);
  const chosen = onClose !== undefined;
  useEffect(() => {
    // On a phone the panel stands below the canvas: what was chosen there comes into view, and the way back leads to where it was chosen.
    if (chosen && onPhone()) ref.current?.scrollIntoView({ block: 'start' });
  }, [chosen]);
  const close = () => {
    onClose?.();
    if (onPhone()) ref.current?.previousElementSibling?.scrollIntoView({ block: 'start' });
  };
  useReveal(ref);
  return (
    <aside ref={ref} className="d-panel" aria-label={`${word} ${title}`}>
      <header className="d-panelhead">
        {icon}
        <h2 className="el">{title}</h2>
        <span className="tag">{word}</span>
        <span className="sp" />
        {actions}
        {onClose ? <IconButton icon="close" label={t('closePanel')} onClick={close} /> : null}
      </header>
      <div className="d-panelbody">{children}</div>
    </aside>
  );
}
