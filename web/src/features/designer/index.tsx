export { Designer } from './Designer';
export { DesignHome } from './Home';
