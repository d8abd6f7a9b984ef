/**
 * The picture in the browser's tab: two people talking.
 *
 * @module
 */
export const ICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#1d4fc4"/>
<path d="M5 9a4 4 0 0 1 4-4h9a4 4 0 0 1 4 4v4a4 4 0 0 1-4 4h-6l-5 4v-4.500A4 4 0 0 1 5 13z" fill="#fff"/>
<path d="M13 20h5a6 6 0 0 0 6-6v-2.500A3.600 3.600 0 0 1 27 15v4a3.600 3.600 0 0 1-2 3.300V27l-5-4h-4a3.600 3.600 0 0 1-3-3z" fill="#ffd24a"/>
<circle cx="10.500" cy="11" r="1.500" fill="#1d4fc4"/><circle cx="16.500" cy="11" r="1.500" fill="#1d4fc4"/>
</svg>
`;
