/** The directory of the built page: `index.html`, and `assets/` whose files have a hash of their content in their names. */
export declare const pageDirectory: string
