import { useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, modelQuery, searchQuery } from '@/api/queries';
import type { AppModel, FoundBy } from '@/api/types';
import { Icon, type IconName } from '@/ui/Icon';
import { Marked } from '@/ui/Marked';
import { useText } from '@/ui/text';
import { placesOf } from '@/records/places';
import { PlainDialog } from '@/ui/PlainDialog';

interface Entry {
  id: string;
  group: string;
  icon: IconName;
  title: string;
  note: string;
  /** What a record is, and its number. */
  of?: { form: string; number: string };
  /** The field of a record that it was found by, unless that says what its title or number does. */
  by?: { name: string; text: string };
  go: () => void;
}

/** Ctrl K: records by what they are found by, and the pages one can go to. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <PlainDialog className="palette" label={t('search')} onClose={onClose}>
      <Search onClose={onClose} />
    </PlainDialog>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const text = useText();
  const [q, setQ] = useState('');
  const [index, setIndex] = useState(0);
  const needle = useDeferredValue(q.trim());
  const hits = useQuery({ ...searchQuery(needle), enabled: needle.length > 0, placeholderData: (last) => last });
  const models = useModels();
  const pages = usePages(models);
  const navigate = useNavigate();

  const entries = useMemo(() => {
    const reason = (by: FoundBy[], title: string) => {
      const other = by.find((b) => b.field !== 'title' && b.field !== 'number' && b.text !== title);
      return other ? { name: text(other.name), text: other.text } : undefined;
    };
    const list: Entry[] = [];
    if (needle) {
      for (const hit of hits.data ?? []) {
        const model = models.find((m) => m?.app === hit.app);
        const form = model?.definition.forms?.find((f) => f.key === hit.form);
        list.push({
          id: `record.${hit.id}`,
          group: t('records'),
          icon: 'doc',
          title: hit.title,
          // Which app it is of is worth a word where there are several.
          note: models.length > 1 ? text(model?.definition.name) : '',
          of: { form: text(form?.name), number: hit.number ?? '' },
          by: reason(hit.by, hit.title),
          go: () => void navigate({ to: '/r/$id', params: { id: hit.id }, search: hit.note ? { tab: 'timeline', note: String(hit.note) } : {} }),
        });
      }
    }
    const low = needle.toLowerCase();
    for (const page of pages) {
      if (!low || page.title.toLowerCase().includes(low)) list.push(page);
      if (list.length >= 30) break;
    }
    return list;
  }, [needle, hits.data, models, pages, navigate, t, text]);
  const at = Math.min(index, Math.max(0, entries.length - 1));

  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setIndex(Math.min(at + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setIndex(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && entries[at]) {
      onClose();
      entries[at].go();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="box">
      <Icon name="search" className="glass" />
      <input
        autoFocus
        value={q}
        onChange={(e) => {
          setQ(e.target.value);
          setIndex(0);
        }}
        onKeyDown={onKey}
        placeholder={t('searchHint')}
        aria-label={t('search')}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
      />
      <ul id="palette-list" role="listbox" aria-label={t('search')}>
        {entries.map((e, i) => (
          // The keys of the list are handled by the input, which keeps the focus.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={e.id}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === at}
            onMouseMove={() => setIndex(i)}
            onClick={() => {
              onClose();
              e.go();
            }}
          >
            <Icon name={e.icon} />
            <span className="sp hit">
              <span className="el">
                <Marked text={e.title} asked={needle} />
              </span>
              {e.of || e.by ? (
                <span className="el s">
                  {e.of?.form}
                  {e.of?.form && e.of.number ? ' · ' : ''}
                  {e.of?.number ? <Marked text={e.of.number} asked={needle} /> : null}
                  {e.by ? (
                    <>
                      {e.of?.form || e.of?.number ? ' · ' : ''}
                      {e.by.name}
                      {': '}
                      <Marked text={e.by.text} asked={needle} />
                    </>
                  ) : null}
                </span>
              ) : null}
            </span>
            <span className="s note">{e.note || (e.of ? '' : e.group)}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && !hits.isFetching ? <p className="pad dim">{t('nothingFound')}</p> : null}
      <footer>
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> {t('choose')}
        </span>
        <span>
          <kbd>Enter</kbd> {t('open')}
        </span>
        <span>
          <kbd>Esc</kbd> {t('close')}
        </span>
      </footer>
    </div>
  );
}

/** The live apps, each when it is loaded. */
function useModels() {
  const { data: me } = useSuspenseQuery(meQuery());
  const apps = me.apps.filter((a) => a.release > 0);
  return useQueries({ queries: apps.map((a) => modelQuery(a.key)), combine: (list) => list.map((m) => m.data) });
}

function usePages(models: readonly (AppModel | undefined)[]): Entry[] {
  const { t } = useTranslation();
  const text = useText();
  const router = useRouter();
  return useMemo(() => {
    const list: Entry[] = [
      { id: 'home', group: t('pages'), icon: 'work', title: t('myWork'), note: '', go: () => void router.navigate({ to: '/' }) },
      { id: 'inbox', group: t('pages'), icon: 'stamp', title: t('inbox'), note: '', go: () => void router.navigate({ to: '/inbox' }) },
    ];
    for (const model of models) {
      if (!model) continue;
      const app = model.app;
      const note = text(model.definition.name);
      for (const place of placesOf(model.definition)) {
        const go =
          place.kind === 'board'
            ? () => void router.navigate({ to: '/a/$app/board/$view', params: { app, view: place.key } })
            : place.kind === 'list'
              ? () => void router.navigate({ to: '/a/$app/list/$form', params: { app, form: place.key } })
              : place.kind === 'pool'
                ? () => void router.navigate({ to: '/a/$app/pool/$key', params: { app, key: place.key } })
                : place.kind === 'forecast'
                  ? () => void router.navigate({ to: '/a/$app/forecast/$process', params: { app, process: place.key } })
                  : place.kind === 'compliance'
                    ? () => void router.navigate({ to: '/a/$app/compliance/$process', params: { app, process: place.key } })
                    : () => void router.navigate({ to: '/a/$app/dashboards/$key', params: { app, key: place.key } });
        list.push({ id: `${app}.${place.kind}.${place.key}`, group: t('pages'), icon: place.icon, title: text(place.name), note, go });
        if ('form' in place && place.kind !== 'pool' && model.create.includes(place.form)) {
          const form = model.definition.forms?.find((f) => f.key === place.form);
          list.push({
            id: `${app}.new.${place.form}`, group: t('actions'), icon: 'plus', title: t('newOf', { name: text(form?.name) }), note,
            go: () => void router.navigate({ to: '/a/$app/new/$form', params: { app, form: place.form } }),
          });
        }
      }
    }
    return list;
  }, [models, text, t, router]);
}
