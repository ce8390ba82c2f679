import { useTranslation } from 'react-i18next';
import type { Action, Automation, Text, Trigger } from '@/model/definition';
import { useDefinition, useNameOf } from '../context';
import { readCron } from './cron';

export const TRIGGERS = ['created', 'updated', 'stage', 'transition', 'approval', 'activity', 'checklist', 'due', 'idle', 'date', 'button', 'public', 'webhook', 'cron'] as const;
export type TriggerKind = (typeof TRIGGERS)[number];

export const ACTIONS = ['notify', 'task', 'set', 'start', 'move', 'assign', 'pool', 'mail', 'robot', 'http', 'wait', 'stop', 'each', 'branch'] as const;
export type ActionKind = (typeof ACTIONS)[number];

export function triggerKind(on: Trigger | undefined): TriggerKind | undefined {
  return TRIGGERS.find((k) => on?.[k] !== undefined);
}

export function actionKind(action: Action): ActionKind {
  if (action.each !== undefined) return 'each';
  if (action.then !== undefined || action.else !== undefined) return 'branch';
  return ACTIONS.find((k) => k !== 'branch' && action[k] !== undefined) ?? 'branch';
}

/** Whether a run ever waits, and so may be ended meanwhile. */
export function hasWait(list: readonly Action[] | undefined): boolean {
  return (list ?? []).some((a) => a.wait !== undefined || hasWait(a.do) || hasWait(a.then) || hasWait(a.else));
}

/** When an automation runs, as a sentence. */
export function useTriggerText(): (auto: Automation) => string {
  const { t, i18n } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const within = (path: string | undefined, list: 'stages' | 'transitions') => {
    const [process, key] = (path ?? '').split('.');
    const it = def.processes?.find((p) => p.key === process);
    return `${nameOf(it ?? { key: process ?? '' })} / ${nameOf(it?.[list]?.find((x) => x.key === key) ?? { key: key ?? '' })}`;
  };
  const form = (key: string | undefined) => nameOf(def.forms?.find((f) => f.key === key) ?? { key: key ?? '' });
  const schedule = (spec: string) => {
    const cron = readCron(spec);
    switch (cron?.kind) {
      case 'hourly':
        return t('cron_hourly', { minute: cron.minute });
      case 'weekly':
        // The 4th of January 1970 was a Sunday.
        return t('cron_weekly', { time: cron.time, day: new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(1970, 0, 4 + cron.day)) });
      case 'monthly':
        return t('cron_monthly', { time: cron.time, day: cron.day });
      case 'daily':
      case 'workdays':
        return t(`cron_${cron.kind}`, { time: cron.time });
      case undefined:
        return t('on_cron_text', { cron: spec });
    }
  };
  return ({ on = {} }) => {
    switch (triggerKind(on)) {
      case 'created':
        return t('on_created_text', { form: form(on.created) });
      case 'updated':
        return t('on_updated_text', { form: form(on.updated) });
      case 'stage':
        return t(on.when === 'left' ? 'on_left_text' : 'on_stage_text', { stage: within(on.stage, 'stages') });
      case 'transition':
        return t('on_transition_text', { transition: within(on.transition, 'transitions') });
      case 'approval':
        return t('on_approval_text', {
          chain: nameOf(def.approvals?.find((c) => c.key === on.approval) ?? { key: on.approval ?? '' }),
        });
      case 'due':
        return t('on_due_text', { stage: within(on.due, 'stages') });
      case 'idle':
        return t('on_idle_text', { stage: within(on.idle, 'stages') });
      case 'date': {
        const [key, field] = (on.date ?? '').split('.');
        const it = def.forms?.find((f) => f.key === key);
        const found = it?.fields.find((f) => f.key === field);
        return t('on_date_text', { form: form(key), field: nameOf(found ?? { key: field ?? '' }) });
      }
      case 'button':
        return t('on_button_text', { name: nameOf({ key: '', ...(on.button ? { name: on.button } : {}) }), form: form(on.form) });
      case 'public':
        return t('on_public_text', { name: nameOf(def.public?.find((p) => p.key === on.public) ?? { key: on.public ?? '' }) });
      case 'webhook':
        return t('on_webhook_text', { key: on.webhook ?? '' });
      case 'activity':
      case 'checklist': {
        const [, stage, key] = (on.activity ?? on.checklist ?? '').split('.');
        const it = def.processes
          ?.find((p) => (on.activity ?? on.checklist ?? '').startsWith(`${p.key}.`))
          ?.stages.find((s) => s.key === stage);
        const list: { key: string; name?: Text }[] = (on.activity === undefined ? it?.checklist : it?.activities) ?? [];
        return t(on.activity === undefined ? 'on_checklist_text' : 'on_activity_text', {
          name: nameOf(list.find((x) => x.key === key) ?? { key: key ?? '' }),
        });
      }
      case 'cron':
        return schedule(on.cron ?? '');
      case undefined:
        return t('on_unset');
    }
  };
}
