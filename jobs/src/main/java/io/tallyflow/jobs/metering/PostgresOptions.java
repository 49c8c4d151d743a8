package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.login.PostgresConnection;
import java.time.Duration;

/**
 * Where the results go.
 *
 * @param connection holds the password
 * @param patience how long an unreachable Postgres is waited for
 * @param pipeline name of the ledger's row
 */
public record PostgresOptions(PostgresConnection connection, Duration patience, String pipeline) {}
