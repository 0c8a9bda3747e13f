/** Drop-ins of docs/systemd.md, by the names of their files. */
export function readDropIns(): { readonly name: string; readonly text: string }[]
