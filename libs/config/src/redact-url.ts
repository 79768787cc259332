/** The text with the passwords of any addresses in it replaced: for logs and errors. */
export const redactUrl = (text: string): string =>
  text.replaceAll(/(\w+:\/\/[^\s:/@]*):[^\s@]*@/g, '$1:***@');
