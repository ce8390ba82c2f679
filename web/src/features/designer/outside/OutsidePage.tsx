import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message, Print, PublicForm, Tracking } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useNameOf, useSelection } from '../context';
import { useNewText } from '../controls/choices';
import { SidePage } from '../SidePage';
import { firstBlocks } from './blocks';
import { askable, trackedForm } from './papers';
import { MessageOne } from './MessageOne';
import { PrintOne } from './PrintOne';
import { PublicOne } from './PublicOne';
import { TrackingOne } from './TrackingOne';

const LISTS = ['public', 'tracking', 'messages', 'prints'] as const;

/** What people outside the company get: forms they fill in, pages on which they follow a record, papers. */
export function OutsidePage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at } = useSelection();
  const { edit } = useActions();
  const lists = useMemo(() => ({ public: def.public ?? [], tracking: def.tracking ?? [], messages: def.messages ?? [], prints: def.prints ?? [] }), [def]);
  const [list = '', key = ''] = splitKeyPath(at);
  const chosen = LISTS.find((l) => l === list && lists[l].some((x) => x.key === key)) ?? LISTS.find((l) => lists[l].length > 0);
  const index = chosen ? Math.max(0, lists[chosen].findIndex((x) => chosen === list && x.key === key)) : 0;
  const formOf = (form?: string) => nameOf(def.forms?.find((f) => f.key === form));

  const make = <T extends { key: string }>(where: (typeof LISTS)[number], stem: string, fill: (key: string) => T) => {
    const fresh = freshKey(stem, keysOf(lists[where] as readonly { key: string }[]));
    edit({ change: { op: 'insert', at: [where], index: lists[where].length, value: fill(fresh) }, select: `/${where}/${fresh}` });
  };
  const first = def.forms?.[0];
  const process = def.processes?.[0];
  const makers = [
    {
      label: t('newPublic'),
      run: () => make<PublicForm>('public', 'form', (k) => ({ key: k, form: first?.key ?? '', name: newText(t('newPublic')), fields: askable(first, false).map((f) => f.key), thanks: newText(t('publicThanksFirst')) })),
    },
    {
      label: t('newTracking'),
      run: () =>
        make<Tracking>('tracking', 'track', (k) => ({
          key: k,
          ...(process ? { process: process.key } : { form: first?.key ?? '' }),
          name: newText(t('newTracking')),
          fields: ['number'],
          ...(process ? { stages: process.stages.filter((s) => !s.end || s.end === 'won' || s.end === 'done').map((s) => ({ key: s.key, name: s.name })) } : {}),
        })),
    },
    {
      label: t('newMail'),
      run: () => make<Message>('messages', 'message', (k) => ({ key: k, ...(first ? { form: first.key } : {}), name: newText(t('newMail')), subject: newText(first ? '{{ number }}' : t('newMail')), body: newText(t('messageFirst')) })),
    },
    {
      label: t('newPrint'),
      run: () => make<Print>('prints', 'print', (k) => ({ key: k, form: first?.key ?? '', name: newText(t('newPrint')), blocks: first ? firstBlocks(first) : [{ key: 'b1', kind: 'heading', text: newText(t('newPrint')) }] })),
    },
  ];
  return (
    <SidePage
      title={t('tab_outside')}
      groups={[
        { title: t('publicForms'), items: lists.public.map((x) => ({ path: `/public/${x.key}`, name: nameOf(x), note: formOf(x.form) })) },
        { title: t('trackingPages'), items: lists.tracking.map((x) => ({ path: `/tracking/${x.key}`, name: nameOf(x), note: nameOf(trackedForm(def, x)) })) },
        { title: t('messageTemplates'), items: lists.messages.map((x) => ({ path: `/messages/${x.key}`, name: nameOf(x), note: formOf(x.form) })) },
        { title: t('printTemplates'), items: lists.prints.map((x) => ({ path: `/prints/${x.key}`, name: nameOf(x), note: formOf(x.form) })) },
      ]}
      makers={makers}
      emptyTitle={t('noOutside')}
      emptyText={t('noOutsideText')}
      shown={chosen && `/${chosen}/${lists[chosen][index]?.key ?? ''}`}
    >
      {chosen === 'public' && lists.public[index] ? <PublicOne key={lists.public[index].key} form={lists.public[index]} index={index} /> : null}
      {chosen === 'tracking' && lists.tracking[index] ? <TrackingOne key={lists.tracking[index].key} page={lists.tracking[index]} index={index} /> : null}
      {chosen === 'messages' && lists.messages[index] ? <MessageOne key={lists.messages[index].key} message={lists.messages[index]} index={index} name={nameOf(lists.messages[index])} /> : null}
      {chosen === 'prints' && lists.prints[index] ? <PrintOne key={lists.prints[index].key} print={lists.prints[index]} index={index} /> : null}
    </SidePage>
  );
}
