package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Addresses;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.login.LoginTrouble;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.schema.SchemaException;
import io.tallyflow.connectors.postgres.schema.Upkeep;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;

/**
 * Kafka and Postgres with all that a job needs in them.
 *
 * @param kafka the brokers
 */
record ReadyServers(KafkaConnection kafka, PostgresAddress postgres) {

    /**
     * Starts what the plan does not say to run already, makes topics and schema, and says where.
     */
    static ReadyServers start(
            ServerPlan plan, DataDirectory directory, Lifetime lifetime, PrintWriter out) {
        KafkaConnection kafka = kafka(plan, directory, lifetime);
        Console.say(out, "kafka", kafka.bootstrap() + "  topic " + Topics.EVENTS);
        PostgresAddress postgres = postgres(plan, directory, lifetime);
        Console.say(out, "postgres", postgres.shown());
        migrate(postgres);
        return new ReadyServers(kafka, postgres);
    }

    private static KafkaConnection kafka(
            ServerPlan plan, DataDirectory directory, Lifetime lifetime) {
        KafkaConnection running = Addresses.kafka(plan.kafkaBootstrap(), plan.kafkaProperties());
        if (running == null) {
            return KafkaConnection.plain(
                    lifetime.start(
                                    () ->
                                            EmbeddedKafka.start(
                                                    directory.kafka(),
                                                    plan.kafkaPort(),
                                                    line ->
                                                            System.err.println(
                                                                    "tallyflow: " + line)))
                            .bootstrapServers());
        }
        ensureTopics(running);
        return running;
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

    static void requireAnswer(PostgresAddress address) {
        try (Connection connection = address.connect()) {
            connection.isValid(1);
        } catch (SQLException e) {
            throw new RequestFailedException(
                    "Postgres at "
                            + address.shown()
                            + " cannot be used ("
                            + LoginTrouble.reason(e)
                            + "): "
                            + Objects.requireNonNullElse(
                                    LoginTrouble.advice(e), "check --postgres-url"),
                    e);
        }
    }

    /** Makes the topics that are missing on a Kafka that runs already. */
    static void ensureTopics(KafkaConnection kafka) {
        Map<String, String> impatient =
                Map.of("default.api.timeout.ms", "15000", "request.timeout.ms", "10000");
        Topics.ensure(kafka, impatient, (short) -1);
    }

    /** The schema as this version needs it, with what its owner has to do from time to time. */
    static void migrate(PostgresAddress address) {
        try {
            Migrations.apply(address.dataSource());
            Upkeep.run(address.dataSource());
        } catch (SchemaException | SQLException e) {
            throw new RequestFailedException(
                    "the schema at " + address.shown() + " cannot be made: " + e.getMessage(), e);
        }
    }
}
