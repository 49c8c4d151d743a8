/** Tests of the lake, on its real operators and a real catalog. */
@NullMarked
package io.tallyflow.connectors.iceberg;

import org.jspecify.annotations.NullMarked;
