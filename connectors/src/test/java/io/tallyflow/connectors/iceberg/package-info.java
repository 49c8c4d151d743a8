@NullMarked
package io.tallyflow.connectors.iceberg;

import org.jspecify.annotations.NullMarked;
