import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, Input, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import type { Automation } from '@/model/definition';
import type { Path } from '@/model/path';
import { closeHook, hooksQuery, newHookSecret } from '../api';
import { useDraft } from '../context';
import { useFormChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { ChoiceSlot, WordSlot } from '../controls/slots';
import { ShapeSlot } from './ShapeSlot';

/** A call of another system: its address and secret, what it sends, and the record it is about. */
export function HookPart({ at, auto }: { at: Path; auto: Automation }) {
  const { t } = useTranslation('designer');
  const forms = useFormChoices();
  return (
    <>
      <WordSlot at={[...at, 'webhook']} label={t('hookKey')} hint={t('hookKeyHint')} placeholder="shipped" />
      <HookSecret hook={auto.on?.webhook ?? ''} />
      <ShapeSlot at={[...at, 'payload']} label={t('hookPayload')} hint={t('hookPayloadHint')} />
      <ChoiceSlot at={[...at, 'form']} label={t('hookForm')} unset={t('hookNoRecord')} choices={forms} />
      {auto.on?.form === undefined ? null : (
        <FormulaSlot at={[...at, 'where']} form={auto.on.form} label={t('hookWhere')} placeholder="orderNo == payload.orderNo" />
      )}
    </>
  );
}

/** Where a published webhook is called, and its secret: made here, told once. */
function HookSecret({ hook }: { hook: string }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const format = useFormat();
  const errorText = useErrorText();
  const { data: me } = useSuspenseQuery(meQuery());
  const { data } = useQuery({ ...hooksQuery(app), enabled: me.can.design });
  const [secret, setSecret] = useState<string>();
  const [busy, setBusy] = useState(false);
  const it = data?.find((h) => h.key === hook);
  if (!me.can.operate) return <p className="s">{t('hookAdmin')}</p>;
  if (!it) return <p className="s">{t('hookPublish')}</p>;
  const run = async (what: () => Promise<void>) => {
    setBusy(true);
    try {
      await what();
      await queryClient.invalidateQueries({ queryKey: ['hooks', app] });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  const url = window.location.origin + it.path;
  return (
    <div className="d-conditions">
      <Input className="d-mono" readOnly aria-label={t('hookUrl')} value={`POST ${url}`} />
      <div className="bar" style={{ padding: 0 }}>
        <span className="s">
          {it.open ? t('hookOpen', { at: it.at ? format.moment(it.at) : '' }) : t('hookClosed')}
          {it.before ? ` ${t('hookBefore', { at: format.moment(it.before) })}` : ''}
        </span>
        <span className="sp" />
        <Button size="small" loading={busy} onClick={() => void run(async () => setSecret((await newHookSecret(app, hook)).secret))}>
          {it.open ? t('hookRotate') : t('hookMake')}
        </Button>
        {it.open ? (
          <Popconfirm title={t('hookCloseAsk')} onConfirm={() => void run(() => closeHook(app, hook))}>
            <Button size="small" type="text">
              {t('hookClose')}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
      <Modal open={secret !== undefined} title={t('hookSecret')} footer={null} onCancel={() => setSecret(undefined)}>
        <p>{t('hookSecretOnce')}</p>
        <Input.TextArea className="d-mono" readOnly autoSize aria-label={t('hookSecret')} value={secret ?? ''} />
        <p className="s">{t('hookSign')}</p>
      </Modal>
    </div>
  );
}
