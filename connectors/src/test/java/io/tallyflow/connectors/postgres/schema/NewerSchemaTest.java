package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.SmallCommits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A schema that a newer program prepares while the job of an older one goes on. */
@Timeout(120)
final class NewerSchemaTest {

    private static final Path OWN =
            Path.of("../schemas/src/main/resources/io/tallyflow/schemas/postgres/migration");

    @TempDir private Path newer;

    @Test
    void letsTheOlderJobGoOnAndNoOlderProgramMigrate() throws Exception {
        makeNewer();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong seen = new AtomicLong();
        try (PostgresServer.Database database = PostgresServer.migrated();
                SmallCommits job = new SmallCommits(database)) {
            job.commit();
            CompletableFuture<Void> running =
                    CompletableFuture.runAsync(() -> goOn(job, over, seen));
            awaitMore(running, seen, 3);
            Migrations.apply(database.dataSource(), "filesystem:" + newer);
            awaitMore(running, seen, 3);
            over.set(true);
            running.get(60, TimeUnit.SECONDS);
            assertThat(ask(database, "select commit from tallyflow.ledger")).isEqualTo(job.made());
            assertThat(ask(database, "select value from tallyflow.query('m')"))
                    .isEqualTo(job.made());
            assertThat(ask(database, "select sum(later) from tallyflow.ledger_history")).isZero();
            assertThatThrownBy(() -> Migrations.apply(database.dataSource()))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("2");
        }
    }

    /** All that an older program has, told anew, and something more. */
    private void makeNewer() throws IOException {
        try (Stream<Path> files = Files.list(OWN)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                boolean isRepeatable = file.getFileName().toString().startsWith("R__");
                Files.writeString(
                        newer.resolve(file.getFileName()),
                        isRepeatable ? text + "\n-- newer\n" : text);
            }
        }
        Files.writeString(
                newer.resolve("V2__later.sql"),
                """
                alter table tallyflow.ledger add column later bigint not null default 0;
                alter table tallyflow.ledger_history add column later bigint not null default 0;
                """);
    }

    private static void goOn(SmallCommits job, AtomicBoolean over, AtomicLong seen) {
        while (!over.get()) {
            try {
                job.commit();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            seen.incrementAndGet();
        }
    }

    private static void awaitMore(CompletableFuture<Void> running, AtomicLong seen, long more)
            throws Exception {
        long wanted = seen.get() + more;
        while (seen.get() < wanted) {
            if (running.isDone()) {
                running.get();
            }
            Thread.onSpinWait();
        }
    }

    private static long ask(PostgresServer.Database database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
