/**
 * {@code tallyflow demo --story}: the past is counted again, step by step, with figures that are
 * known.
 *
 * <pre>
 *   Story           the script
 *   StoryEvents     what is sent, and what it must come to
 *   TypedCommands   types what a user would
 *   StoryFigures    holds Postgres and the lake against what must be
 * </pre>
 */
@NullMarked
package io.tallyflow.cli.story;

import org.jspecify.annotations.NullMarked;
