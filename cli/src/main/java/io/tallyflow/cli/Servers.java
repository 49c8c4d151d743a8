package io.tallyflow.cli;

import io.tallyflow.cli.embedded.EmbeddedKafka;
import io.tallyflow.cli.embedded.EmbeddedPostgres;
import io.tallyflow.cli.embedded.JobLauncher;
import io.tallyflow.cli.embedded.JobSettings;
import io.tallyflow.cli.embedded.Ports;
import io.tallyflow.cli.embedded.RetainedCheckpoints;
import io.tallyflow.cli.embedded.RunningJob;
import io.tallyflow.cli.embedded.Topics;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.schema.SchemaException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kafka, Postgres and the job, running on one data directory.
 *
 * @param kafka {@code host:port} of the broker
 * @param job that reads from one and writes to the other
 */
record Servers(DataDirectory directory, String kafka, PostgresAddress postgres, RunningJob job) {

    private static final int MOST_SLOTS = 4;

    /** Starts what the plan asks for, and says where it is. */
    static Servers start(
            ServerPlan plan,
            @Nullable Path meters,
            JobLauncher launcher,
            Lifetime lifetime,
            PrintWriter out) {
        DataDirectory directory = lifetime.start(() -> DataDirectory.open(plan.dataDirectory()));
        Connections.remove(directory.root());
        logTo(directory.logs());
        Path definitions = meters == null ? directory.meters() : meters.toAbsolutePath();
        MeterDefinitions.read(definitions, definitions.toString());
        say(out, "data", directory.root().toString());
        if (plan.postgres() == null) {
            EmbeddedPostgres.takeOver(directory.postgres());
        }
        plan.fixedPorts().forEach(Servers::requireFree);
        String kafka = kafka(plan, directory, lifetime);
        say(out, "kafka", kafka + "  topic " + Topics.EVENTS);
        PostgresAddress postgres = postgres(plan, directory, lifetime);
        say(out, "postgres", postgres.shown());
        migrate(postgres);
        say(out, "meters", definitions.toString());
        say(out, "iceberg", directory.warehouse().toString());
        RunningJob job =
                lifetime.start(
                        () ->
                                launcher.start(
                                        settings(plan, directory, kafka, postgres, definitions)));
        say(out, "flink", job.webAddress());
        if (plan.metricsPort() != null) {
            say(out, "metrics", "http://127.0.0.1:" + plan.metricsPort() + "/metrics");
        }
        say(out, "logs", directory.logs().toString());
        Connections reached =
                new Connections(
                        postgres, kafka, job.webAddress(), directory.warehouse().toString());
        lifetime.start(() -> reached.publish(directory.root()));
        return new Servers(directory, kafka, postgres, job);
    }

    /** Before anything is logged; has no effect in a process that logs already. */
    private static void logTo(Path logs) {
        System.setProperty("tallyflow.logs", logs.toString());
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:log4j2-servers.xml");
        }
    }

    private static void say(PrintWriter out, String what, String where) {
        out.printf("%-9s %s%n", what, where);
        out.flush();
    }

    private static void requireFree(String option, int port) {
        if (!Ports.isFree(port)) {
            throw new CommandFailure(
                    "port " + port + " is in use: choose another one with " + option);
        }
    }

    private static String kafka(ServerPlan plan, DataDirectory directory, Lifetime lifetime) {
        String bootstrap = plan.kafkaBootstrap();
        if (bootstrap == null) {
            return lifetime.start(() -> EmbeddedKafka.start(directory.kafka(), plan.kafkaPort()))
                    .bootstrapServers();
        }
        Map<String, String> impatient =
                Map.of("default.api.timeout.ms", "15000", "request.timeout.ms", "10000");
        Topics.ensure(bootstrap, impatient, (short) -1);
        return bootstrap;
    }

    private static PostgresAddress postgres(
            ServerPlan plan, DataDirectory directory, Lifetime lifetime) {
        PostgresAddress address = plan.postgres();
        if (address == null) {
            EmbeddedPostgres postgres =
                    lifetime.start(
                            () ->
                                    EmbeddedPostgres.start(
                                            directory.postgres(), plan.postgresPort()));
            return new PostgresAddress(postgres.jdbcUrl(), postgres.user(), null);
        }
        requireAnswer(address);
        return address;
    }

    private static void requireAnswer(PostgresAddress address) {
        try (Connection connection = address.connect()) {
            connection.isValid(1);
        } catch (SQLException e) {
            throw new CommandFailure(
                    "Postgres at "
                            + address.shown()
                            + " cannot be used ("
                            + e.getMessage()
                            + "): check --postgres-url; the password is taken from "
                            + PostgresAddress.PASSWORD_VARIABLE,
                    e);
        }
    }

    /** The schema as this version needs it, with partitions for a year ahead. */
    private static void migrate(PostgresAddress address) {
        try {
            Migrations.apply(address.dataSource());
            Migrations.makePartitions(
                    address.dataSource(), LocalDate.now(ZoneOffset.UTC).plusYears(1));
        } catch (SchemaException | SQLException e) {
            throw new CommandFailure(
                    "the schema at " + address.shown() + " cannot be made: " + e.getMessage(), e);
        }
    }

    private static JobSettings settings(
            ServerPlan plan,
            DataDirectory directory,
            String kafka,
            PostgresAddress postgres,
            Path meters) {
        Path flink = directory.flink();
        return new JobSettings(
                kafka,
                postgres.url(),
                postgres.user(),
                postgres.password(),
                meters,
                flink,
                directory.warehouse(),
                plan.webPort(),
                plan.metricsPort(),
                Math.min(MOST_SLOTS, Runtime.getRuntime().availableProcessors()),
                RetainedCheckpoints.newest(flink.resolve("checkpoints")).orElse(null));
    }
}
