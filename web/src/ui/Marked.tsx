import { marked } from './marked';

/** A text with the parts marked that somebody looked for. What was found by its pinyin has no such part and stands plain. */
export function Marked({ text, asked }: { text: string; asked: string }) {
  return (
    <>
      {marked(text, asked).map((part) => (part.hit ? <mark key={part.at}>{part.text}</mark> : <span key={part.at}>{part.text}</span>))}
    </>
  );
}
