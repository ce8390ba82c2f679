import { useMutation } from '@tanstack/react-query';
import { Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import { keepScenario, sandboxQuery, type Sandbox } from '@/api/sandbox';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

/** Asks which record's walk becomes a scenario of the draft, and what it is called. */
export function Keep({ box, onClose }: { box: Sandbox; onClose: () => void }) {
  const { t } = useTranslation('sandbox');
  const text = useText();
  const errorText = useErrorText();
  const [chosen, setChosen] = useState<string>();
  const [name, setName] = useState<string>();
  const record = chosen ?? box.walks[0]?.id;
  const walk = box.walks.find((w) => w.id === record);
  const called = name ?? (walk ? t('keepCalled', { title: walk.title || text(walk.form, '') }) : '');
  const keep = useMutation({
    mutationFn: () => keepScenario(box.id, called.trim(), record ?? ''),
    onSuccess: (kept) => {
      onClose();
      void queryClient.invalidateQueries({ queryKey: sandboxQuery(box.id).queryKey });
      toast(t('kept', { name: kept.name, count: kept.steps }));
    },
  });
  return (
    <Modal
      open
      width={460}
      title={t('keep')}
      okText={t('keepGo')}
      cancelText={t('cancel')}
      okButtonProps={{ disabled: !record || called.trim() === '' }}
      confirmLoading={keep.isPending}
      onOk={() => keep.mutate()}
      onCancel={onClose}
    >
      <p>{t(box.walks.length > 0 ? 'keepText' : 'keepNothing')}</p>
      {box.walks.length > 0 ? (
        <div className="sandbox-keep">
          <label htmlFor="keep-record">{t('keepRecord')}</label>
          <Select
            id="keep-record"
            value={record ?? null}
            onChange={setChosen}
            options={box.walks.map((w) => ({ value: w.id, label: `${w.title || w.id} · ${text(w.form, '')} · ${t('keepSteps', { count: w.steps })}` }))}
          />
          <label htmlFor="keep-name">{t('keepName')}</label>
          <Input id="keep-name" value={called} maxLength={120} onChange={(e) => setName(e.target.value)} />
        </div>
      ) : null}
      {keep.error ? (
        <div className="bad" role="alert">
          <p>{errorText(keep.error)}</p>
          {isApiError(keep.error) ? (
            <ul>
              {keep.error.details.slice(0, 8).map((d) => (
                <li key={d.path} className="s">
                  {d.path}：{d.message}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      ) : null}
    </Modal>
  );
}
