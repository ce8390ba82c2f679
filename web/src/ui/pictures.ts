import type { Picture } from './flowDrawing';

/** The name of a file: what it shows, without what file systems do not take. */
export function fileNameOf(parts: readonly string[], ext: string): string {
  const name = parts
    .map((p) => [...p].map((c) => (c < ' ' || '\\/:*?"<>|'.includes(c) ? ' ' : c)).join('').replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join(' - ')
    .slice(0, 120);
  return `${name || 'flow'}.${ext}`;
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const svgBlob = (picture: Picture) => new Blob([picture.svg], { type: 'image/svg+xml' });

export function saveSvg(picture: Picture, name: string): void {
  save(svgBlob(picture), name);
}

/** Browsers make no larger pictures. */
const MAX_SIDE = 16_000;
const MAX_AREA = 100_000_000;

/** How much larger than the drawing its picture is: twice, and less where that would be too large. */
export function scaleOf(width: number, height: number): number {
  return Math.min(2, MAX_SIDE / width, MAX_SIDE / height, Math.sqrt(MAX_AREA / (width * height)));
}

/** Paints the drawing and saves it. Errors: the browser could not. */
export async function savePng(picture: Picture, name: string): Promise<void> {
  const url = URL.createObjectURL(svgBlob(picture));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = scaleOf(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    canvas.width = Math.floor(picture.width * scale);
    canvas.height = Math.floor(picture.height * scale);
    const paint = canvas.getContext('2d');
    if (!paint) throw new Error('no canvas');
    paint.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error('no picture');
    save(blob, name);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Puts the picture where the page is printed, on paper that lies as it does; the answer takes it away again. */
export function printInstead(picture: Picture): () => void {
  const sheet = document.createElement('div');
  sheet.className = 'print-picture';
  const page = document.createElement('style');
  page.textContent = `@page { size: ${picture.width > picture.height ? 'landscape' : 'portrait'}; margin: 10mm }`;
  const svg = new DOMParser().parseFromString(picture.svg, 'image/svg+xml').documentElement;
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  sheet.append(page, document.importNode(svg, true));
  document.body.append(sheet);
  document.documentElement.classList.add('prints-picture');
  return () => {
    sheet.remove();
    document.documentElement.classList.remove('prints-picture');
  };
}
