import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import { useActions, useDraftStore, useSelection } from '../context';
import { IconButton } from '../controls/Row';

/** The head of one thing, with its removal. */
export function OneHead({ list, index, name }: { list: 'public' | 'tracking' | 'prints' | 'messages'; index: number; name: string }) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  return (
    <header>
      <h2 className="el">{name}</h2>
      <span className="sp" />
      <IconButton
        icon="trash"
        label={t('removeNamed', { name })}
        onClick={() => {
          apply({ op: 'remove', at: [list], index });
          select(undefined);
          toast(t('removed', { name }), { undo: actions.undo });
        }}
      />
    </header>
  );
}
