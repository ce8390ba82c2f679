import { Button } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { JsonEditor, type Mark } from '@/ui/code';
import { url } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Definition } from '@/model/definition';
import { same } from '@/model/change';
import { canonical } from '@/model/canonical';
import { offsets } from '@/model/offsets';
import { isObject, locateNearest } from '@/model/path';
import { useActions, useDefinition, useDraft, useDraftStore, usePlaceInDesigner, useSelection } from './context';
import { ProblemCounts } from './ProblemDrawer';

const FolderDialog = lazy(() => import('./folder/FolderDialog').then((m) => ({ default: m.FolderDialog })));

/** The draft as the files of a folder, zipped, to keep in git. */
function fetchFolder(app: string): void {
  const link = document.createElement('a');
  link.href = url(`/apps/${app}/export`, { format: 'zip' });
  link.download = `${app}.zip`;
  link.click();
}

/** The definition as text. What is typed takes effect when it is valid JSON; problems stand at their lines. */
export function JsonPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const text = useText();
  const { apply } = useActions();
  const { flush, undo } = useDraftStore().actions;
  const { app } = usePlaceInDesigner();
  const { at } = useSelection();
  const problems = useDraft((s) => s.problems);
  const stale = useDraft((s) => s.stale);
  const [typed, setTyped] = useState<string>();
  const [bringing, setBringing] = useState(false);
  const base = useRef(def);
  const written = useMemo(() => canonical(def), [def]);
  // A change from elsewhere (undo, a fix, somebody else's draft) puts the text anew, unless something unfinished stands in it.
  const shown = typed ?? written;
  const parsed = useMemo(() => parse(shown), [shown]);
  const marks = useMemo<Mark[]>(() => {
    if (stale || typed !== undefined) return [];
    return problems.map((p) => ({
      ...offsets(written, locateNearest(def, p.path).path),
      severity: p.severity,
      message: text(p.message),
    }));
  }, [problems, stale, typed, written, def, text]);
  const cursor = useMemo(
    () => (at === '' || typed !== undefined ? undefined : offsets(written, locateNearest(base.current, at).path).from),
    [at, typed, written],
  );

  const commit = () => {
    if (typed === undefined) return;
    if (parsed === undefined) return;
    setTyped(undefined);
    if (!same(parsed, def)) {
      apply({ op: 'set', at: [], value: parsed });
      base.current = parsed;
    }
  };
  return (
    <div className="d-json">
      <header className="d-bar">
        <b>JSON</b>
        <ProblemCounts problems={problems} />
        <span className="s d-facts">
          {typed === undefined ? t('jsonHint') : parsed === undefined ? t('jsonBroken') : t('jsonTyped')}
        </span>
        <span className="sp" />
        {typed === undefined ? null : (
          <>
            <Button size="small" onClick={() => setTyped(undefined)}>
              {t('discard')}
            </Button>
            <Button size="small" type="primary" disabled={parsed === undefined} onClick={commit}>
              {t('takeOver')}
            </Button>
          </>
        )}
        <Button size="small" icon={<Icon name="download" size={14} />} title={t('folderHint')} onClick={() => void flush().then((ok) => (ok ? fetchFolder(app) : toast(t('saveFailed'), { kind: 'bad' })))}>
          {t('folder')}
        </Button>
        <Button size="small" icon={<Icon name="layers" size={14} />} onClick={() => void flush().then((ok) => (ok ? setBringing(true) : toast(t('saveFailed'), { kind: 'bad' })))}>
          {t('bringIn')}
        </Button>
        <Button
          size="small"
          icon={<Icon name="copy" size={14} />}
          onClick={() =>
            void navigator.clipboard.writeText(shown).then(
              () => toast(t('copied')),
              () => toast(t('copyFailed'), { kind: 'bad' }),
            )
          }
        >
          {t('copyText')}
        </Button>
      </header>
      {bringing ? (
        <Suspense>
          <FolderDialog
            app={app}
            onClose={() => setBringing(false)}
            onTake={(definition) => {
              setBringing(false);
              setTyped(undefined);
              apply({ op: 'set', at: [], value: definition });
              base.current = definition;
              toast(t('brought'), { undo });
            }}
          />
        </Suspense>
      ) : null}
      <div className="d-jsonbody">
        <JsonEditor label={t('jsonLabel')} value={shown} marks={marks} cursor={cursor} onChange={setTyped} onBlur={commit} />
      </div>
    </div>
  );
}

function parse(text: string): Definition | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as unknown as Definition) : undefined;
  } catch {
    return undefined;
  }
}
