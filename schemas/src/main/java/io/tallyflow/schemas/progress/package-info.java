/** How far the stream is: lane counts, offsets and watermark that ride with the data. */
@NullMarked
package io.tallyflow.schemas.progress;

import org.jspecify.annotations.NullMarked;
