package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.integration.run.Finished;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.Question;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Servers of others, addressed as others write it, with their names and what else lives there. */
@Timeout(240)
final class ForeignAddressesTest {

    private static final String DATABASE = "my db/1";

    private static final String METERS =
            """
            meters:
              - slug: calls
                eventType: call
                aggregation: COUNT
            """;

    @TempDir static Path directory;
    private static EmbeddedPostgres postgres;
    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() throws Exception {
        postgres =
                EmbeddedPostgres.builder()
                        .setDataDirectory(directory.resolve("postgres"))
                        .setCleanDataDirectory(true)
                        .start();
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        execute("postgres", "create role \"o'neil@corp\" login createrole");
        execute("postgres", "create database \"my db/1\" owner \"o'neil@corp\"");
        // Other catalogs, and what Iceberg takes for one.
        execute(DATABASE, "create table public.\"icebergXtables\" (a int)");
        execute(DATABASE, "create table public.iceberg_tables (catalog_name text)");
        execute(DATABASE, "create schema other");
        execute(DATABASE, "create view other.iceberg_namespace_properties as select 1 as a");
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
        postgres.close();
    }

    @Test
    void nothingBetweenTheSlashesAndTheLastAtIsRepeated() throws Exception {
        Path data = directory.resolve("secret");
        String server = "@127.0.0.1:" + postgres.getPort() + "/tallyflow";
        String[][] commands = {
            {"status", "--postgres-url", "postgresql://tallyflow:s3?canary#t" + server},
            {
                "up",
                "--data-dir",
                data.toString(),
                "--kafka-port",
                "0",
                "--web-port",
                "0",
                "--postgres-url",
                "jdbc:postgresql://tallyflow:5432/canary" + server
            },
            {
                "submit",
                "--cluster",
                "http://127.0.0.1:1",
                "--kafka.bootstrap",
                "u:canary@h:1",
                "--meters",
                "none",
                "--postgres.url",
                "jdbc:postgresql://u:1/canary@t" + server
            }
        };
        for (String[] command : commands) {
            Finished ended = Finished.tallyflow(List.of(command), Map.of());
            assertThat(ended.said()).doesNotContain("canary", "\tat ", "WARNING");
            assertThat(ended.exitCode()).as(ended.said()).isEqualTo(2);
            assertThat(ended.said().lines()).allMatch(line -> line.startsWith("tallyflow: "));
        }
        assertThat(files(data)).isEmpty();
    }

    @Test
    void aRoleAndADatabaseMayHaveAnyNameAndOtherCatalogsBeside() throws Exception {
        Path meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
        try (TallyflowProcess up =
                new TallyflowProcess(directory.resolve("up"))
                        .against(
                                "--postgres-url",
                                url(),
                                "--kafka-bootstrap",
                                kafka.bootstrapServers(),
                                "--meters",
                                meters.toString())) {
            up.start();
            up.awaitReady();
            send();
            awaitOne(up, "select count(*) from tallyflow.usage");
            assertThat(status("127.0.0.1:1").exitCode()).isEqualTo(1);
            demandChannelBindingIsNotPassedOver();
            awaitOne(
                    up,
                    "select count(*) from tallyflow.iceberg_tables where table_name = 'events' and"
                            + " previous_metadata_location is not null");
            assertThat(byHour(up))
                    .isEqualToNormalizingNewlines(
                            "window_start,window_end,subject,value\n"
                                    + ask(
                                            """
                                            select to_char(window_start at time zone 'UTC', f)
                                                || ',' || to_char(window_end at time zone 'UTC', f)
                                                || ',,' || value
                                            from tallyflow.query('calls', window_size => 'HOUR',
                                                time_zone => 'ASIA/Kolkata'),
                                                (values ('YYYY-MM-DD"T"HH24:30:00"Z"')) v (f)
                                            """)
                                    + "\n");
            up.stop();
        }
        assertThat(ask("select count(*) from tallyflow.iceberg_tables")).isEqualTo("5");
        assertThat(ask("select count(*) from public.iceberg_tables")).isEqualTo("0");
        demandBrokersOfIpv6();
    }

    private static String byHour(TallyflowProcess up) throws Exception {
        return Finished.tallyflow(
                        List.of(
                                "query",
                                "calls",
                                "--window",
                                "hour",
                                "--zone",
                                "asia/kolkata",
                                "--from",
                                "2024-01-01",
                                "--format",
                                "csv",
                                "--engine",
                                "iceberg",
                                "--data-dir",
                                up.data().toString()),
                        Map.of())
                .orFail();
    }

    private static void demandBrokersOfIpv6() throws Exception {
        try (Relay relay = Relay.to(kafka.bootstrapServers())) {
            Finished ended = status("[::1]:" + relay.port());
            assertThat(ended.exitCode()).as(ended.said()).isZero();
            assertThat(ended.said()).containsPattern("all +0\\R");
        }
    }

    private static Finished status(String bootstrap) throws Exception {
        return Finished.tallyflow(
                List.of("status", "--postgres-url", url(), "--kafka-bootstrap", bootstrap),
                Map.of());
    }

    /** Whoever asks for it does not trust the way to the server. */
    private static void demandChannelBindingIsNotPassedOver() throws Exception {
        Finished ended =
                Finished.tallyflow(
                        List.of(
                                "meters",
                                "list",
                                "--postgres-url",
                                url() + "?channel_binding=require"),
                        Map.of());
        assertThat(ended.exitCode()).as(ended.said()).isEqualTo(1);
        assertThat(ended.said()).contains("Channel binding is required");
    }

    private static String url() {
        return "postgresql://o%27neil%40corp@127.0.0.1:" + postgres.getPort() + "/my%20db%2F1";
    }

    private static void send() throws Exception {
        ByteArraySerializer bytes = new ByteArraySerializer();
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            String event =
                    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"call\","
                            + "\"subject\":\"acme\"}";
            producer.send(
                            new ProducerRecord<>(
                                    Topics.EVENTS, event.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private static List<Path> files(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.toList();
        }
    }

    private static void awaitOne(TallyflowProcess up, String sql) throws Exception {
        while (!ask(sql).equals("1")) {
            up.run(100);
        }
    }

    private static String ask(String sql) throws SQLException {
        try (Connection connection = connect(DATABASE)) {
            return new Question<>(sql, row -> row.getString(1)).one(connection);
        }
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(String database) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {postgres.getPort()});
        source.setDatabaseName(database);
        source.setUser("postgres");
        return source.getConnection();
    }
}
