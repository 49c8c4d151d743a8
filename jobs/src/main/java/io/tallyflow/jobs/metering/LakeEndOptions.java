package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the Iceberg tables are, if there are any.
 *
 * @param options null for a job without a lake; may hold secrets
 * @param commitInterval how far the tables may follow Postgres behind
 */
public record LakeEndOptions(@Nullable LakeOptions options, Duration commitInterval) {}
