import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { PaperFrame, type Printed } from '@/ui/PaperFrame';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import type { Action, Message } from '@/model/definition';
import { useDefinition, useDraft, useJump, useSlot } from '../context';
import { useFormChoices, useReaderLanguage } from '../controls/choices';
import { useInserts } from '../controls/Insertable';
import { KeySlot } from '../controls/KeySlot';
import { Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, TextSlot } from '../controls/slots';
import { TemplateSlot } from '../controls/TemplateSlot';
import { OneHead } from './OneHead';
import { LanguagePick } from './LanguagePick';
import { useRecord } from './RecordPicker';

/** One mail: its words, which automations send it, and how it reads with a real record. */
export function MessageOne({ message, index, name }: { message: Message; index: number; name: string }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const forms = useFormChoices();
  const jump = useJump();
  const at = ['messages', index];
  const rest = useSlot<Message>(at, ['name', 'form', 'subject', 'body']);
  const form = def.forms?.find((f) => f.key === message.form);
  const inserts = useInserts(form);
  const links = (def.tracking ?? [])
    .filter((p) => form && (p.form ?? def.processes?.find((x) => x.key === p.process)?.form) === form.key)
    .map((p) => ({ value: `[${text(p.name, p.key)}]({{ trackingLink('${p.key}') }})`, label: t('insertLink', { name: text(p.name, p.key) }) }));
  const senders = (def.automations ?? []).filter((a) => sends(a.do, message.key));
  return (
    <div className="card d-one">
      <OneHead list="messages" index={index} name={name} />
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} placeholder={message.key} />
        <KeySlot path={`/messages/${message.key}`} value={message.key} label={t('key')} />
        <ChoiceSlot at={[...at, 'form']} label={t('messageForm')} choices={forms} unset={t('messageNoForm')} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('messageWords')}>
        <TemplateSlot at={[...at, 'subject']} label={t('mailSubject')} form={message.form ?? ''} inserts={inserts} single />
        <TemplateSlot at={[...at, 'body']} label={t('mailBody')} form={message.form ?? ''} inserts={[...inserts, ...links]} hint={t('messageBodyHint')} />
      </Part>
      <Part title={t('messageSenders')}>
        {senders.length === 0 ? <p className="s">{t('messageUnsent')}</p> : null}
        <ul className="d-senders">
          {senders.map((a) => (
            <li key={a.key}>
              <button type="button" className="link" onClick={() => jump(`/automations/${a.key}`)}>
                {text(a.name, a.key)}
              </button>
            </li>
          ))}
        </ul>
      </Part>
      {form ? (
        <Part title={t('preview')}>
          <LetterPreview message={message} />
        </Part>
      ) : null}
    </div>
  );
}

/** A letter has no edges of paper around it. */
const LETTER = '@media screen { body { padding: 12px } }';

/** Whether any of the actions sends the message. */
function sends(actions: readonly Action[] | undefined, key: string): boolean {
  return (actions ?? []).some((a) => a.mail?.message === key || sends(a.do, key) || sends(a.then, key) || sends(a.else, key));
}

function LetterPreview({ message }: { message: Message }) {
  const { t } = useTranslation('designer');
  const [lang, setLang] = useState<string>(useReaderLanguage());
  const errorText = useErrorText();
  const def = useDefinition();
  const app = useDraft((s) => s.app);
  const { record, picker, none } = useRecord(message.form);
  const asked = useDeferredValue(def);
  const letter = useQuery<Printed>({
    queryKey: ['preview-paper', app, 'message', message.key, record, lang, asked],
    enabled: record !== undefined,
    gcTime: 10_000,
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.post<Printed>(`/apps/${app}/preview-paper`, { definition: asked, message: message.key, record }, { query: { lang }, signal }),
  });
  if (none) return <p className="s">{t('previewNoRecord')}</p>;
  return (
    <>
      <Row label={t('previewRecord')}>{() => picker}</Row>
      <LanguagePick value={lang} onChange={setLang} />
      {letter.error ? <p className="notice warn">{errorText(letter.error)}</p> : null}
      {letter.data ? (
        <article className="d-letter" aria-label={t('preview')}>
          <p>
            <span className="s">{t('mailSubject')}</span> <b>{letter.data.title}</b>
          </p>
          <PaperFrame paper={{ ...letter.data, css: LETTER }} label={t('preview')} least={80} />
        </article>
      ) : null}
    </>
  );
}
