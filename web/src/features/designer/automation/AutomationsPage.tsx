import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Automation } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { formOfAutomation, sightOf } from '@/model/references';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { IconButton, Part, Problems } from '../controls/Row';
import { NumberSlot, SwitchSlot, TextSlot } from '../controls/slots';
import { SidePage } from '../SidePage';
import { ActionList } from './ActionList';
import { PastFires } from './PastFires';
import { Runs } from './Runs';
import { Schedule } from './Schedule';
import { TriggerPart } from './TriggerPart';
import { hasWait, useTriggerText } from './words';

/** The automations: when, for which records, what. */
export function AutomationsPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const when = useTriggerText();
  const { at } = useSelection();
  const { edit } = useActions();
  const list = useMemo(() => def.automations ?? [], [def.automations]);
  const parts = splitKeyPath(at);
  const index = Math.max(0, parts[0] === 'automations' ? list.findIndex((a) => a.key === parts[1]) : 0);
  const auto = list[index];
  const create = () => {
    const form = def.forms?.[0]?.key ?? '';
    const key = freshKey('automation', keysOf(list));
    const fresh: Automation = {
      key,
      name: newText(t('newAutomation')),
      on: { created: form },
      do: [{ notify: { to: [{ field: 'owner' }], text: newText(t('newMessageText', { title: '{{ title }}' })) } }],
    };
    edit({ change: { op: 'insert', at: ['automations'], index: list.length, value: fresh }, select: `/automations/${key}` });
  };
  return (
    <SidePage
      title={t('tab_automations')}
      groups={[
        { items: list.map((a) => ({ path: `/automations/${a.key}`, name: nameOf(a), note: a.off ? t('isOff') : when(a) })) },
      ]}
      makers={[{ label: t('newAutomation'), run: create }]}
      emptyTitle={t('noAutomations')}
      emptyText={t('noAutomationsText')}
      shown={auto && `/automations/${auto.key}`}
    >
      {auto ? <One key={auto.key} auto={auto} index={index} /> : null}
    </SidePage>
  );
}

function One({ auto, index }: { auto: Automation; index: number }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const at = ['automations', index];
  const form = formOfAutomation(def, auto);
  const rest = useSlot<Automation>(at, ['name', 'help', 'on', 'if', 'each', 'limit', 'until', 'do', 'off']);
  return (
    <div className="card d-one">
      <header>
        <h2 className="el">{nameOf(auto)}</h2>
        <span className="sp" />
        <IconButton
          icon="trash"
          label={t('removeAutomation')}
          onClick={() => {
            apply({ op: 'remove', at: ['automations'], index });
            select(undefined);
            toast(t('removed', { name: nameOf(auto) }), { undo: actions.undo });
          }}
        />
      </header>
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <SwitchSlot at={[...at, 'off']} label={t('off')} hint={t('offHint')} />
        <Problems list={rest.problems} />
      </Part>
      <TriggerPart at={at} auto={auto} />
      {auto.on?.cron === undefined ? null : <Schedule auto={auto.key} />}
      <Part title={t('onlyIf')}>
        <FormulaSlot
          at={[...at, 'if']}
          form={form}
          label={t('offeredIf')}
          hint={t('onlyIfHint')}
          placeholder={t('conditionPlaceholder')}
        />
        {form !== '' && (auto.until !== undefined || hasWait(auto.do)) ? (
          <FormulaSlot at={[...at, 'until']} form={form} label={t('until')} hint={t('untilHint')} placeholder={t('conditionPlaceholder')} />
        ) : null}
        {auto.each && auto.on?.cron !== undefined ? <NumberSlot at={[...at, 'limit']} label={t('limit')} hint={t('limitHint')} min={1} max={100000} /> : null}
      </Part>
      <Part title={t('then')}>
        <ActionList at={[...at, 'do']} sight={sightOf(def, auto)} label={t('then')} />
      </Part>
      <PastFires auto={auto} />
      <Runs auto={auto.key} />
    </div>
  );
}
