@NullMarked
package io.tallyflow.connectors.postgres.patch;

import org.jspecify.annotations.NullMarked;
