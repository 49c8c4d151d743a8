/** {@code rehearsal}: known usage through an installation of one's own. */
@NullMarked
package io.tallyflow.cli.rehearsal;

import org.jspecify.annotations.NullMarked;
