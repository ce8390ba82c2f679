interface Props {
  name: string;
  large?: boolean;
  me?: boolean;
}

/** The first character of a name in a circle. Decoration: the name stands beside it or in the title. */
export function Avatar({ name, large, me }: Props) {
  const first = Array.from(name.trim())[0] ?? '?';
  return (
    <span className={`av${large ? ' l' : ''}${me ? ' me' : ''}`} title={name} aria-hidden="true">
      {first.toUpperCase()}
    </span>
  );
}
