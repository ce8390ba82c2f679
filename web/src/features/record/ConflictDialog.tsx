import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldEnvContext } from '@/fields/kind';
import type { Form } from '@/model/definition';
import { useEnv } from '@/records/FormFields';
import { fieldOf, type Model } from '@/records/model';
import { Value } from '@/records/Value';
import { useText } from '@/ui/text';
import type { Conflict } from './useSave';

/** Someone else changed the same fields: mine or theirs, field by field. */
export function ConflictDialog({ model, form, conflict, onResolve }: { model: Model; form: Form; conflict: Conflict; onResolve: (mine: ReadonlySet<string>) => void }) {
  const { t } = useTranslation('record');
  const text = useText();
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set());
  const env = useEnv(model.app, model.definition, true);
  return (
    <Modal open title={t('conflictTitle')} closable={false} onOk={() => onResolve(mine)} okText={t('conflictOk')} cancelButtonProps={{ style: { display: 'none' } }}>
      <p className="dim">{t('conflictText')}</p>
      <FieldEnvContext.Provider value={env}>
        {Object.entries(conflict.fields).map(([key, both]) => (
          <fieldset key={key} className="conflict">
            <legend>{text(fieldOf(form, key)?.name, key)}</legend>
            <Radio.Group
              value={mine.has(key)}
              onChange={(e) => {
                const next = new Set(mine);
                if (e.target.value) next.add(key);
                else next.delete(key);
                setMine(next);
              }}
            >
              <Radio value={false}>
                {t('theirs')} <Value form={form} field={key} value={both.theirs} />
              </Radio>
              <Radio value>
                {t('yours')} <Value form={form} field={key} value={both.mine} />
              </Radio>
            </Radio.Group>
          </fieldset>
        ))}
      </FieldEnvContext.Provider>
    </Modal>
  );
}
