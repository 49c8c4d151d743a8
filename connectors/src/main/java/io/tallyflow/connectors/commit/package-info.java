/** What the ends have in common: refusing to go on where results would become wrong. */
@NullMarked
package io.tallyflow.connectors.commit;

import org.jspecify.annotations.NullMarked;
