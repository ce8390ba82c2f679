import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { toast } from '@/ui/toast';
import { useText } from '@/ui/text';
import type { Definition } from '@/model/definition';
import { KEY } from '@/model/keys';
import { rename, type Renamed } from '../api';
import { useActions, useDraft, useDraftStore, useSelection } from '../context';
import { usePlaceText } from '../ProblemDrawer';
import { Row } from './Row';

interface Props {
  /** The key path of the thing. */
  path: string;
  value: string;
  label?: string;
  hint?: string;
  /** Why a key will not do, as the end of a word; undefined when it will. */
  fault?: (key: string) => 'invalid' | 'taken' | 'reserved' | undefined;
  /** Whether the selection goes with the thing. */
  follow?: boolean;
}

interface Plan {
  from: Definition;
  to: string;
  renamed: Renamed;
}

/** The key of a thing. A new one is written wherever the old one is named; where it is, is shown before. */
export function KeySlot({ path, value, label, hint, fault, follow = true }: Props) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const { actions } = useDraftStore();
  const { apply, now } = useActions();
  const { select } = useSelection();
  const words = useText();
  const place = usePlaceText();
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [plan, setPlan] = useState<Plan>();
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const wrong = text === value ? undefined : fault ? fault(text) : KEY.test(text) ? undefined : 'invalid';

  const make = ({ to, renamed }: Plan) => {
    apply({ op: 'set', at: [], value: renamed.definition });
    setPlan(undefined);
    if (follow) select(`${path.slice(0, path.lastIndexOf('/'))}/${to}`);
    if (renamed.uses.length > 0) toast(t('renamed', { name: to, count: renamed.uses.length }), { undo: actions.undo });
  };
  const commit = async () => {
    if (text === value || plan) return;
    if (wrong) {
      setText(value);
      return;
    }
    const from = now();
    try {
      const next = { from, to: text, renamed: await rename(app, from, path, text) };
      if (now() !== from) setText(value);
      else if (next.renamed.uses.length + next.renamed.warnings.length === 0) make(next);
      else setPlan(next);
    } catch (error) {
      setText(value);
      toast(isApiError(error) ? error.message : t('renameFailed'), { kind: 'bad' });
    }
  };
  return (
    <Row label={label ?? t('key')} {...(hint ? { hint } : {})}>
      {(id) => (
        <>
          <Input
            id={id}
            className="d-mono"
            value={text}
            status={wrong ? 'error' : ''}
            spellCheck={false}
            onChange={(e) => setText(e.target.value)}
            onBlur={() => void commit()}
            onPressEnter={() => void commit()}
          />
          {wrong ? <p className="bad s">{t(`key_${wrong}`)}</p> : null}
          <Modal
            open={plan !== undefined}
            title={t('renameTitle', { from: value, to: plan?.to ?? '' })}
            okText={t('renameAll', { count: plan?.renamed.uses.length ?? 0 })}
            cancelText={t('cancel')}
            onOk={() => {
              if (plan && now() === plan.from) make(plan);
              else setPlan(undefined);
            }}
            onCancel={() => {
              setPlan(undefined);
              setText(value);
            }}
          >
            {plan?.renamed.warnings.map((w) => (
              <p key={w.path} className="warn s">
                {words(w.message)}
              </p>
            ))}
            <ul className="d-uses" aria-label={t('renameUses')}>
              {plan?.renamed.uses.map((u) => (
                <li key={u.path}>
                  <span title={u.path}>{place(u.path)}</span>
                  <code className="s">{u.after}</code>
                </li>
              ))}
            </ul>
          </Modal>
        </>
      )}
    </Row>
  );
}
