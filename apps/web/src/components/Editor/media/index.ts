/** What is needed to send pictures, films and files: fetched when the first one is picked. */
export { look } from './look.ts';
export { prepareFilm } from './film.ts';
export { preparePicture } from '../preparePicture.ts';
export { fit, LONGEST_SIDE_PX } from './fit.ts';
export { sendUp } from './sendUp.ts';
