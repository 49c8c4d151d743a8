/**
 * How far the stream is: lane counts, offsets and watermark that ride with the data; and the
 * numbers by which the running job shows it, under names that dashboards rely on.
 */
@NullMarked
package io.tallyflow.schemas.progress;

import org.jspecify.annotations.NullMarked;
