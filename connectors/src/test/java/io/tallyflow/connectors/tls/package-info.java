/** Keys and certificates for tests, made when they are needed. */
@NullMarked
package io.tallyflow.connectors.tls;

import org.jspecify.annotations.NullMarked;
