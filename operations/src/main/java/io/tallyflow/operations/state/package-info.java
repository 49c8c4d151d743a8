/** What a savepoint or a checkpoint holds, read with Flink's State Processor API. */
@NullMarked
package io.tallyflow.operations.state;

import org.jspecify.annotations.NullMarked;
