import { expect, it } from '@jest/globals';
import { LineCounter } from './count-lines.js';

it('counts the same wherever the text is cut, line feeds within quotes left out', () => {
  const text = Buffer.from('a,b\n1,"two\nlines"\n2,"a ""quoted""\n\nword"\n3,\n');
  for (let cut = 0; cut <= text.length; cut++) {
    const counter = new LineCounter();
    counter.count(text.subarray(0, cut));
    counter.count(text.subarray(cut));
    expect([cut, counter.lines]).toEqual([cut, 4]);
  }
});
