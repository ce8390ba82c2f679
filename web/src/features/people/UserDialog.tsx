import { useSuspenseQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import type { Right, RoleInfo, Team, User } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { useRoleNames } from '@/ui/roles';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useClearable } from '@/ui/clearable';
import { LeaveDialog } from './Leaving';

interface Props {
  user: User | undefined;
  teams: Team[];
  roles: RoleInfo[];
  onClose: () => void;
}

/** A person: name, team, roles, whether they may sign in. */
export function UserDialog({ user, teams, roles, onClose }: Props) {
  const { t } = useTranslation(['people', 'common']);
  const clearable = useClearable();
  const { appName } = useRoleNames();
  const text = useText();
  const errorText = useErrorText();
  const { data: me } = useSuspenseQuery(meQuery());
  const [values, setValues] = useState({
    username: user?.username ?? '', name: user?.name ?? '', password: '', team: user?.team ?? '', email: user?.email ?? '', phone: user?.phone ?? '', roles: user?.roles ?? [], rights: user?.rights ?? [], active: user?.active ?? true,
  });
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const set = (patch: Partial<typeof values>) => setValues({ ...values, ...patch });
  const beyond = user?.rights.some((r) => !me.user.rights.includes(r)) ?? false; // only who has them too changes the account

  const save = async () => {
    setBusy(true);
    setError(undefined);
    setProblems({});
    const { username, password, active, ...rest } = values;
    try {
      if (user) await api.patch(`/users/${encodeURIComponent(user.id)}`, { ...rest, active, ...(password ? { password } : {}) });
      else await api.post('/users', { ...rest, username: username.trim(), password });
      await Promise.all(['users', 'teams', 'roles'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      if (isApiError(caught)) setProblems(Object.fromEntries(caught.details.map((d) => [d.path.replace(/^\//, ''), d.message])));
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  const dropFactor = async () => {
    if (!user) return;
    try {
      await api.delete(`/users/${encodeURIComponent(user.id)}/totp`);
      toast(t('factorDropped', { name: user.name }));
    } catch (caught) {
      setError(errorText(caught));
    }
  };
  const see = async () => {
    if (!user) return;
    try {
      await api.post('/seeing', { user: user.id });
      window.location.assign('/'); // nothing of this page is the other person's
    } catch (caught) {
      setError(errorText(caught));
    }
  };
  const input = (key: 'username' | 'name' | 'password' | 'email' | 'phone', props: { autoComplete: string; disabled?: boolean }) => (
    <div className="setting">
      <label htmlFor={`user-${key}`}>{t(key === 'password' && user ? 'newPassword' : key)}</label>
      {key === 'password' ? (
        <Input.Password id="user-password" value={values.password} onChange={(e) => set({ password: e.target.value })} autoComplete={props.autoComplete} {...(problems[key] ? { status: 'error' as const } : {})} />
      ) : (
        <Input id={`user-${key}`} value={values[key]} onChange={(e) => set({ [key]: e.target.value })} autoComplete={props.autoComplete} disabled={props.disabled ?? false} {...(problems[key] ? { status: 'error' as const } : {})} />
      )}
      {problems[key] ? <p className="problem">{problems[key]}</p> : null}
    </div>
  );
  if (user && leaving) return <LeaveDialog user={user} onClose={onClose} />;
  return (
    <Modal open title={user ? t('editUser', { name: user.name }) : t('addUser')} onCancel={onClose} onOk={() => void save()} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy} okButtonProps={{ disabled: beyond }}>
      <div className="people-form">
        {beyond && user ? <p className="notice">{t('beyond', { name: user.name })}</p> : null}
        {input('name', { autoComplete: 'off' })}
        {input('username', { autoComplete: 'off', disabled: Boolean(user) })}
        {input('password', { autoComplete: 'new-password' })}
        {input('email', { autoComplete: 'off' })}
        {input('phone', { autoComplete: 'off' })}
        <div className="setting">
          <label htmlFor="user-team">{t('team')}</label>
          <Select id="user-team" value={values.team || null} allowClear={clearable()} options={teams.map((x) => ({ value: x.key, label: text(x.name, x.key) }))} onChange={(v: string | null | undefined) => set({ team: v ?? '' })} placeholder={t('noTeam')} />
        </div>
        <div className="setting">
          <label htmlFor="user-roles">{t('roles')}</label>
          <Select id="user-roles" mode="multiple" value={values.roles} options={roles.map((r) => ({ value: r.key, label: `${text(r.name, r.key)} (${appName(r.app)})` }))} showSearch={{ optionFilterProp: 'label' }} onChange={(v: string[]) => set({ roles: v })} placeholder={t('noRoles')} />
        </div>
        <fieldset className="setting rights">
          <legend>{t('rights')}</legend>
          {(['design', 'operate'] as const).map((right: Right) => (
            <Checkbox key={right} checked={values.rights.includes(right)} disabled={!me.user.rights.includes(right)} onChange={(e) => set({ rights: [...values.rights.filter((r) => r !== right), ...(e.target.checked ? [right] : [])] })}>
              {t(`right.${right}`)}
            </Checkbox>
          ))}
          {problems['rights'] ? <p className="problem">{problems['rights']}</p> : null}
          <p className="s">{t('rightsHelp')}</p>
        </fieldset>
        {user?.active && user.id !== me.user.id ? (
          <div className="setting">
            <Button size="small" onClick={() => void see()}>
              {t('seeAs', { name: user.name })}
            </Button>
            <p className="s">{t('seeAsHelp')}</p>
          </div>
        ) : null}
        {user && !beyond ? (
          <Button size="small" onClick={() => void dropFactor()}>
            {t('dropFactor')}
          </Button>
        ) : null}
        {user ? (
          <Button size="small" onClick={() => setLeaving(true)}>
            {t('leaveStart')}…
          </Button>
        ) : null}
        {user ? (
          <Checkbox checked={values.active} onChange={(e) => set({ active: e.target.checked })}>
            {t('activeHelp')}
          </Checkbox>
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
