import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import { richNodes } from './richhtml';
import './richtext.css';

const Editor = lazy(() => import('./RichEditor'));

function RichtextInput(props: InputProps) {
  const { t } = useTranslation();
  return (
    <Suspense fallback={<p className="dim">{t('loading')}</p>}>
      <Editor {...props} />
    </Suspense>
  );
}

function RichtextCell({ value }: CellProps) {
  const html = typeof value === 'string' ? value : '';
  const nodes = useMemo(() => richNodes(html), [html]);
  return <div className="rich">{nodes}</div>;
}

export const richtext: FieldKind = {
  type: 'richtext', icon: 'rich', Input: RichtextInput, Cell: RichtextCell, Settings: noSettings, wide: true, links: true, noFormula: true, filters: [],
};
