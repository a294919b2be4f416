/** Of this release; put in when the pages are made. */
declare const __TRINITY_VERSION__: string
