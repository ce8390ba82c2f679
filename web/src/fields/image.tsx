import { FilesSettings } from './attachment';
import { FilesCell, FilesInput } from './files';
import type { FieldKind, InputProps } from './kind';

/** A phone offers its camera beside the pictures it has. */
function ImageInput(props: InputProps) {
  return <FilesInput {...props} pictures />;
}

export const image: FieldKind = {
  type: 'image', icon: 'image', Input: ImageInput, Cell: FilesCell, Settings: FilesSettings, links: true, noFormula: true, filters: [],
};
