/** Names of commits: the identity that makes a commit apply once. */
@NullMarked
package io.tallyflow.schemas.commit;

import org.jspecify.annotations.NullMarked;
