// Writes the documents that are generated from the code.
import { writeFileSync } from 'node:fs';
import { renderSchemaDocs } from '@tapeline/records';

writeFileSync(new URL('../docs/schemas.md', import.meta.url), renderSchemaDocs());
