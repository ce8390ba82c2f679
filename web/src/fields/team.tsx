import { useQuery } from '@tanstack/react-query';
import { teamsQuery } from '@/api/queries';
import { useText } from '@/ui/text';
import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import { NameSelect } from './role';

function useTeams() {
  const { data } = useQuery(teamsQuery());
  const text = useText();
  return (data ?? []).map((team) => ({ value: team.key, label: text(team.name, team.key) }));
}

function TeamInput(props: InputProps) {
  return <NameSelect {...props} choices={useTeams()} />;
}

function TeamCell({ value }: CellProps) {
  const teams = useTeams();
  return <>{typeof value === 'string' ? (teams.find((t) => t.value === value)?.label ?? value) : ''}</>;
}

export const team: FieldKind = {
  type: 'team', icon: 'users', Input: TeamInput, Cell: TeamCell, Settings: noSettings, filters: ['in', 'empty', 'notEmpty'],
};
