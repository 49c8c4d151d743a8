package io.tallyflow.benchmarks.measure;

import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.schema.SchemaException;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.postgresql.ds.PGSimpleDataSource;

/** A Postgres for one run, with Tallyflow's schema, empty and as durable as any. */
public final class FreshPostgres implements AutoCloseable {

    private final EmbeddedPostgres server;
    private final Path data;

    private FreshPostgres(EmbeddedPostgres server, Path data) {
        this.server = server;
        this.data = data;
    }

    /**
     * Starts it.
     *
     * @param software where its programs are unpacked, once for all
     */
    public static FreshPostgres start(Path directory, Path software) throws SQLException {
        EmbeddedPostgres.ServerFiles place =
                new EmbeddedPostgres.ServerFiles(
                        directory.resolve("data"), software, directory.resolve("postgres.log"));
        FreshPostgres postgres = new FreshPostgres(EmbeddedPostgres.start(place, 0), directory);
        try {
            postgres.migrate();
            return postgres;
        } catch (SQLException | SchemaException e) {
            postgres.close();
            throw e;
        }
    }

    private void migrate() throws SQLException, SchemaException {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(url());
        database.setUser(server.user());
        Migrations.apply(database);
        LocalDate first =
                LocalDate.ofInstant(
                        Instant.ofEpochMilli(WorkloadSettings.START_MILLIS), ZoneOffset.UTC);
        Migrations.makePartitions(database, first.plusMonths(1));
    }

    /** JDBC address, without user. */
    public String url() {
        return server.jdbcUrl();
    }

    /** CPU time since its start, nanoseconds. */
    public long cpuNanos() {
        try {
            String pid = Files.readAllLines(data.resolve("data/postmaster.pid")).get(0);
            return ProcessFacts.cpuOfFamily(Long.parseLong(pid.strip()));
        } catch (IOException e) {
            return 0;
        }
    }

    /** Stops it and removes its data. */
    @Override
    public void close() {
        server.close();
        Directories.delete(data);
    }
}
