import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { findBy, usePeople } from '@/api/people';
import { rolesQuery, teamsQuery, usersQuery } from '@/api/queries';
import type { RoleInfo, Team, User } from '@/api/types';
import { Absences } from '@/ui/Absences';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { PageHead } from '@/ui/PageHead';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useRoleNames } from '@/ui/roles';
import { useText } from '@/ui/text';
import { Calendars } from './Calendars';
import { Handovers } from './Leaving';
import { TeamDialog } from './TeamDialog';
import { UserDialog } from './UserDialog';
import './people.css';

const tabs = ['users', 'teams', 'roles', 'absences', 'calendars', 'leavers'] as const;
type Tab = (typeof tabs)[number];

/** Who works here: people, teams with their managers, roles of the apps, who is away. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const navigate = useNavigate();
  const search = useSearch({ from: '/signedIn/shell/people' });
  const tab: Tab = tabs.find((k) => k === search.tab) ?? 'users';
  return (
    <>
      <PageHead title={t('title')}>
        <div className="seg" role="group" aria-label={t('title')}>
          {tabs.map((k) => (
            <button key={k} type="button" aria-pressed={k === tab} onClick={() => void navigate({ to: '/people', search: k === 'users' ? {} : { tab: k }, replace: true })}>
              {t(`tab.${k}`)}
            </button>
          ))}
        </div>
      </PageHead>
      {tab === 'users' ? <Users /> : null}
      {tab === 'teams' ? <Teams /> : null}
      {tab === 'roles' ? <Roles /> : null}
      {tab === 'calendars' ? <Calendars /> : null}
      {tab === 'leavers' ? <Handovers /> : null}
      {tab === 'absences' ? (
        <div className="body">
          <Absences />
        </div>
      ) : null}
    </>
  );
}

function Users() {
  const { t } = useTranslation('people');
  const text = useText();
  const users = useQuery(usersQuery());
  const { data: teams } = useQuery(teamsQuery());
  const { data: roles } = useQuery(rolesQuery());
  const { named } = useRoleNames();
  const [q, setQ] = useState('');
  const [editing, setEditing] = useState<User | 'new'>();
  const low = q.trim().toLowerCase();
  const shown = (users.data ?? []).filter((u) => findBy(u).includes(low));
  return (
    <>
      <div className="bar">
        <Input className="find-person" prefix={<Icon name="search" size={14} />} allowClear value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('find')} aria-label={t('find')} />
        <span className="sp" />
        <Button type="primary" icon={<Icon name="userPlus" />} onClick={() => setEditing('new')}>
          {t('addUser')}
        </Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {users.isPending ? (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        ) : null}
        {users.isError ? <ErrorBox error={users.error} onRetry={() => void users.refetch()} /> : null}
        {shown.length > 0 ? (
          <ul className="card people">
            {shown.map((u) => (
              <li key={u.id}>
                <button type="button" onClick={() => setEditing(u)}>
                  <Avatar name={u.name} large />
                  <span className="sp who">
                    <b className="el">
                      {u.name}
                      {u.active ? null : <span className="tag">{t('inactive')}</span>}
                      {u.admin ? <span className="tag acc">{t('admin')}</span> : u.rights.map((r) => <span key={r} className="tag acc">{t(`rightShort.${r}`)}</span>)}
                    </b>
                    <span className="s el">
                      {u.username}
                      {u.team ? ` · ${text(teams?.find((x) => x.key === u.team)?.name, u.team)}` : ''}
                    </span>
                  </span>
                  <span className="roles">
                    {named(u.roles).map((r) => (
                      <span className="tag" key={r.name} title={r.apps.join(' · ')}>
                        {r.name}
                      </span>
                    ))}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        ) : null}
        {users.isSuccess && shown.length === 0 ? <p className="dim">{t('nobody')}</p> : null}
      </div>
      {editing ? <UserDialog user={editing === 'new' ? undefined : editing} teams={teams ?? []} roles={roles ?? []} onClose={() => setEditing(undefined)} /> : null}
    </>
  );
}

function Teams() {
  const { t } = useTranslation('people');
  const teams = useQuery(teamsQuery());
  const [editing, setEditing] = useState<Team | 'new'>();
  const list = teams.data ?? [];
  const known = new Set(list.map((x) => x.key));
  const tops = list.filter((x) => !x.parent || !known.has(x.parent));
  return (
    <>
      <div className="bar">
        <p className="s">{t('teamsHelp')}</p>
        <span className="sp" />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
          {t('addTeam')}
        </Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {teams.isPending ? (
          <div className="card">
            <Skeleton rows={4} />
          </div>
        ) : null}
        {teams.isError ? <ErrorBox error={teams.error} onRetry={() => void teams.refetch()} /> : null}
        {teams.isSuccess && list.length === 0 ? <p className="dim">{t('noTeams')}</p> : null}
        {list.length > 0 ? (
          <div className="card people">
            <TeamTree teams={list} at={tops} depth={0} onEdit={setEditing} />
          </div>
        ) : null}
      </div>
      {editing ? <TeamDialog team={editing === 'new' ? undefined : editing} teams={list} onClose={() => setEditing(undefined)} /> : null}
    </>
  );
}

function TeamTree({ teams, at, depth, onEdit }: { teams: Team[]; at: Team[]; depth: number; onEdit: (team: Team) => void }) {
  const { t } = useTranslation('people');
  const text = useText();
  const { nameOf } = usePeople();
  return (
    <ul>
      {at.map((team) => (
        <li key={team.key}>
          <button type="button" onClick={() => onEdit(team)} style={{ paddingLeft: 16 + depth * 24 }}>
            <Icon name="users" className="dim" />
            <span className="sp who">
              <b className="el">{text(team.name, team.key)}</b>
              <span className={`s el${team.manager ? '' : ' warn'}`}>{team.manager ? t('managerIs', { name: nameOf(team.manager) }) : t('noManager')}</span>
            </span>
            <span className="s">{t('members', { count: team.members.length })}</span>
          </button>
          {depth < 12 ? <TeamTree teams={teams} at={teams.filter((x) => x.parent === team.key)} depth={depth + 1} onEdit={onEdit} /> : null}
        </li>
      ))}
    </ul>
  );
}

function Roles() {
  const { t } = useTranslation('people');
  const text = useText();
  const { nameOf } = usePeople();
  const { appName } = useRoleNames();
  const roles = useQuery(rolesQuery());
  const byApp = new Map<string, RoleInfo[]>();
  for (const role of roles.data ?? []) byApp.set(role.app, [...(byApp.get(role.app) ?? []), role]);
  return (
    <div className="body">
      <p className="s">{t('rolesHelp')}</p>
      {roles.isPending ? (
        <div className="card">
          <Skeleton rows={4} />
        </div>
      ) : null}
      {roles.isError ? <ErrorBox error={roles.error} onRetry={() => void roles.refetch()} /> : null}
      {[...byApp].map(([app, list]) => (
        <section className="card" key={app} aria-label={appName(app)}>
          <header>
            <h2>{appName(app)}</h2>
          </header>
          <ul className="people">
            {list.map((role) => (
              <li key={role.key} className="role">
                <b>{text(role.name, role.key)}</b>
                <span className="roles">
                  {role.users.map((u) => (
                    <span className="tag" key={u}>
                      {nameOf(u)}
                    </span>
                  ))}
                  {role.users.length === 0 ? <span className="s warn">{t('roleEmpty')}</span> : null}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
