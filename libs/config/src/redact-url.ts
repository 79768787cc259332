/** The text with the passwords and tokens of any addresses in it replaced: for logs and errors. */
export const redactUrl = (text: string): string =>
  text
    .replaceAll(/(\w+:\/\/[^\s:/@]*):[^\s@]*@/g, '$1:***@')
    .replaceAll(/((?:nats|tls):\/\/)[^\s:/@]+@/g, '$1***@');
