import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Process } from '@/model/definition';
import { useActions, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFieldChoices, useRoleChoices, useStageChoices } from '../controls/choices';
import { IconButton, Part, Problems } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot } from '../controls/slots';
import { Panel } from '../Panel';
import { OddsPart } from './OddsPart';
import { PrecedentsPart } from './PrecedentsPart';

/** A process as a whole. */
export function ProcessPanel({ process, processIndex }: { process: Process; processIndex: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const at = ['processes', processIndex];
  const stages = useStageChoices(process.key).filter((c) => process.stages.some((s) => s.key === c.value && s.end === undefined));
  const money = useFieldChoices(process.form, ['money', 'number']);
  const dates = useFieldChoices(process.form, ['date']);
  const roles = useRoleChoices();
  const rest = useSlot<Process>(at, ['name', 'start', 'value', 'closing', 'roles', 'noPrecedents', 'stages', 'transitions']);
  return (
    <Panel
      title={nameOf(process)}
      word={t('word_process')}
      actions={
        <IconButton
          icon="trash"
          label={t('removeProcess')}
          onClick={() => {
            apply({ op: 'remove', at: ['processes'], index: processIndex });
            select(undefined);
            toast(t('processRemoved', { name: nameOf(process) }), { undo: actions.undo });
          }}
        />
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <ChoiceSlot at={[...at, 'start']} label={t('startStage')} choices={stages} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('forecast')}>
        <ChoiceSlot at={[...at, 'value']} label={t('valueField')} choices={money} unset={t('none')} hint={t('valueHint')} />
        <ChoiceSlot at={[...at, 'closing']} label={t('closingField')} choices={dates} unset={t('none')} />
      </Part>
      {process.stages.some((s) => s.end === 'won') ? <OddsPart process={process} processIndex={processIndex} /> : null}
      <PrecedentsPart process={process} processIndex={processIndex} />
      <Part title={t('processRoles')}>
        <ChoicesSlot at={[...at, 'roles']} label={t('processRolesLong')} choices={roles} placeholder={t('none')} />
      </Part>
      <Part>
        <p className="s">{t('flowHint')}</p>
      </Part>
    </Panel>
  );
}
