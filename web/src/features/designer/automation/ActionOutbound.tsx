import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { robotsQuery } from '../api';
import type { MailTo, Message } from '@/model/definition';
import type { Path } from '@/model/path';
import { useDefinition, useJump, useNameOf, useSlot } from '../context';
import { useNewText } from '../controls/choices';
import { useInserts } from '../controls/Insertable';
import { ChoiceSlot, TextSlot, WordSlot } from '../controls/slots';
import { TemplateSlot } from '../controls/TemplateSlot';
import { WhoSlot } from '../controls/Who';

/** A mail: to whom, which message, and that message's text. */
export function MailBody({ at, form, onForm }: { at: Path; form: string; onForm: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const jump = useJump();
  const cc = useSlot<MailTo>([...at, 'mail', 'cc']);
  const [copied, setCopied] = useState(false);
  const chosen = useSlot<string>([...at, 'mail', 'message']);
  const messages = useSlot<Message[]>(['messages']);
  const list = def.messages ?? [];
  const index = list.findIndex((m) => m.key === chosen.value);
  const about = def.forms?.find((f) => f.key === list[index]?.form);
  const inserts = useInserts(about);
  const fitting = list.filter((m) => m.form === undefined || m.form === onForm);
  const add = () => {
    let n = list.length + 1;
    while (list.some((m) => m.key === `message${n}`)) n++;
    const key = `message${n}`;
    messages.set([...list, { key, ...(onForm ? { form: onForm } : {}), name: newText(`${t('newMail')} ${n}`), subject: newText('{{ title }}'), body: newText('{{ title }}') }]);
    chosen.set(key);
  };
  return (
    <>
      <MailToSlot at={[...at, 'mail', 'to']} label={t('mailTo')} form={form} />
      {copied || cc.value !== undefined ? (
        <MailToSlot at={[...at, 'mail', 'cc']} label={t('mailCopy')} form={form} />
      ) : (
        <button type="button" className="link s d-addcopy" onClick={() => setCopied(true)}>
          {t('mailAddCopy')}
        </button>
      )}
      <ChoiceSlot at={[...at, 'mail', 'message']} label={t('mailMessage')} choices={fitting.map((m) => ({ value: m.key, label: nameOf(m) }))} />
      {index >= 0 ? (
        <>
          <TextSlot at={['messages', index, 'name']} label={t('messageName')} />
          <TemplateSlot at={['messages', index, 'subject']} label={t('mailSubject')} form={about?.key ?? ''} inserts={inserts} single />
          <TemplateSlot at={['messages', index, 'body']} label={t('mailBody')} form={about?.key ?? ''} inserts={inserts} hint={t('messageBodyHint')} />
        </>
      ) : null}
      <div className="row">
        <Button size="small" onClick={add}>
          {t('mailNewMessage')}
        </Button>
        {index >= 0 ? (
          <Button size="small" type="link" onClick={() => jump(`/messages/${list[index]?.key}`)}>
            {t('messageOpen')}
          </Button>
        ) : null}
      </div>
    </>
  );
}

/** Who gets a mail: people of the company, or addresses that are written or taken from the record. */
function MailToSlot({ at, label, form }: { at: Path; label: string; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<MailTo>(at);
  // Nothing written yet says neither: the way that was chosen is kept here.
  const [addresses, setAddresses] = useState(false);
  const byAddress = slot.value === undefined ? addresses : typeof slot.value === 'string';
  const choose = (way: boolean) => {
    setAddresses(way);
    if (way !== byAddress) slot.set(undefined);
  };
  return (
    <>
      {/* An address has its label below; people have none before there is one. */}
      {byAddress ? null : <span className="s">{label}</span>}
      <div className="seg" role="group" aria-label={[label, t('mailPeople'), t('mailAddress')].join(' ')}>
        <button type="button" aria-pressed={!byAddress} onClick={() => choose(false)}>
          {t('mailPeople')}
        </button>
        <button type="button" aria-pressed={byAddress} onClick={() => choose(true)}>
          {t('mailAddress')}
        </button>
      </div>
      {byAddress ? <WordSlot at={at} label={label} hint={t('templateHint', { example: '{{ email }}' })} /> : <WhoSlot at={at} label={label} form={form} />}
    </>
  );
}

/** What a robot says in its group. */
export function RobotBody({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const { data } = useQuery(robotsQuery());
  const to = useSlot<string>([...at, 'robot', 'to']).value;
  const there = data?.map((r) => ({ key: r.key, name: r.name || r.key })) ?? [];
  // One that is not there (yet), such as a template's, stays chosen.
  const robots = to && !there.some((r) => r.key === to) ? [...there, { key: to, name: data ? t('robotMissing', { key: to }) : to }] : there;
  return (
    <>
      <ChoiceSlot
        at={[...at, 'robot', 'to']}
        label={t('robotTo')}
        choices={robots.map((r) => ({ value: r.key, label: r.name }))}
        {...(data && robots.length === 0 ? { hint: t('robotNone') } : {})}
      />
      <TextSlot at={[...at, 'robot', 'text']} label={t('robotText')} rows={2} hint={t('templateHint', { example: '{{ title }}' })} />
      <WhoSlot at={[...at, 'robot', 'at']} label={t('robotAt')} form={form} />
    </>
  );
}

