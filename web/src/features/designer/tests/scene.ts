import { createContext, useContext } from 'react';
import type { OptionList, Test } from '@/model/definition';
import type { Choice } from '../controls/slots';
import type { Teller } from './words';

/** What the editors of a scenario share: the scenario, who there is, and how things are told. */
export interface Scene {
  test: Test;
  index: number;
  people: Choice[];
  lists: OptionList[];
  teller: Teller;
}

export const SceneContext = createContext<Scene | undefined>(undefined);

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (!scene) throw new Error('no scenario is open');
  return scene;
}
