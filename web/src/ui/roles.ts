import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { appsQuery, rolesQuery } from '@/api/queries';
import type { RoleInfo } from '@/api/types';
import { useText } from './text';

/** What somebody is called, and in which apps: many apps have a role of the same name. */
export interface NamedRole {
  name: string;
  apps: string[];
}

/** Roles by name, each once, with the apps in which one has it. */
export function namedRoles(keys: readonly string[], roles: readonly RoleInfo[], nameOf: (role: RoleInfo) => string, appName: (app: string) => string): NamedRole[] {
  const out = new Map<string, NamedRole>();
  for (const key of keys) {
    const role = roles.find((r) => r.key === key);
    const name = role ? nameOf(role) : key;
    const known = out.get(name) ?? { name, apps: [] };
    if (role) known.apps.push(appName(role.app));
    out.set(name, known);
  }
  return [...out.values()];
}

/** The names of roles, and of the apps that have them. */
export function useRoleNames() {
  const text = useText();
  const { data: roles } = useQuery(rolesQuery());
  const { data: apps } = useQuery(appsQuery());
  const appName = useCallback((app: string) => text(apps?.find((a) => a.key === app)?.name, app), [apps, text]);
  const named = useCallback((keys: readonly string[]) => namedRoles(keys, roles ?? [], (r) => text(r.name, r.key), appName), [roles, text, appName]);
  return { appName, named };
}
