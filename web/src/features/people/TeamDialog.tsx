import { Button, Input, Modal, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { personOption, usePeople } from '@/api/people';
import { queryClient } from '@/api/queries';
import type { Team } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useClearable } from '@/ui/clearable';

/** A team: its name, the team above it, its manager, its members. */
export function TeamDialog({ team, teams, onClose }: { team: Team | undefined; teams: Team[]; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const clearable = useClearable();
  const text = useText();
  const errorText = useErrorText();
  const { users } = usePeople();
  const [values, setValues] = useState({ key: team?.key ?? '', name: text(team?.name), parent: team?.parent ?? '', manager: team?.manager ?? '', members: team?.members ?? [] });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (patch: Partial<typeof values>) => setValues({ ...values, ...patch });
  const people = users.filter((u) => u.active).map(personOption);

  const save = async () => {
    setBusy(true);
    setError(undefined);
    const { key, members, ...rest } = values;
    // Who comes and who goes, not who is there: somebody else may have put people into it meanwhile.
    const was = team?.members ?? [];
    const moved = { join: members.filter((u) => !was.includes(u)), leave: was.filter((u) => !members.includes(u)) };
    try {
      if (team) await api.patch(`/teams/${encodeURIComponent(team.key)}`, { ...rest, ...moved });
      else await api.post('/teams', { ...(key.trim() ? { key: key.trim() } : {}), ...rest, ...moved });
      await Promise.all(['teams', 'users'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    if (!team) return;
    setBusy(true);
    setError(undefined);
    try {
      await api.delete(`/teams/${encodeURIComponent(team.key)}`);
      await queryClient.invalidateQueries({ queryKey: ['teams'] });
      toast(t('teamDeleted', { name: text(team.name, team.key) }));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={team ? t('editTeam', { name: text(team.name, team.key) }) : t('addTeam')} onCancel={onClose} onOk={() => void save()} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <div className="people-form">
        <div className="setting">
          <label htmlFor="team-name">{t('teamName')}</label>
          <Input id="team-name" value={values.name} onChange={(e) => set({ name: e.target.value })} />
        </div>
        {team ? null : (
          <div className="setting">
            <label htmlFor="team-key">{t('teamKey')}</label>
            <Input id="team-key" value={values.key} onChange={(e) => set({ key: e.target.value })} placeholder={t('keyMade')} />
            <p className="s">{t('keyHelp')}</p>
          </div>
        )}
        <div className="setting">
          <label htmlFor="team-parent">{t('parent')}</label>
          <Select id="team-parent" value={values.parent || null} allowClear={clearable()} options={teams.filter((x) => x.key !== team?.key).map((x) => ({ value: x.key, label: text(x.name, x.key) }))} onChange={(v: string | null | undefined) => set({ parent: v ?? '' })} placeholder={t('common:none')} />
        </div>
        <div className="setting">
          <label htmlFor="team-manager">{t('manager')}</label>
          <Select id="team-manager" value={values.manager || null} options={people} showSearch={{ optionFilterProp: 'find' }} onChange={(v: string) => set({ manager: v })} placeholder={t('common:choose')} />
        </div>
        <div className="setting">
          <label htmlFor="team-members">{t('membersLabel')}</label>
          <Select id="team-members" mode="multiple" value={values.members} options={people} showSearch={{ optionFilterProp: 'find' }} onChange={(v: string[]) => set({ members: v })} />
        </div>
        {team && team.members.length === 0 ? (
          <Popconfirm title={t('deleteTeamAsk', { name: text(team.name, team.key) })} okText={t('common:delete')} cancelText={t('common:cancel')} onConfirm={() => void remove()}>
            <Button danger disabled={busy}>
              {t('deleteTeam')}
            </Button>
          </Popconfirm>
        ) : null}
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}
