/** How servers are reached: addresses, and secrets that stand in none of them. */
@NullMarked
package io.tallyflow.connectors.login;

import org.jspecify.annotations.NullMarked;
