package io.tallyflow.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.LakeCommandRig;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.MadeCommit;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code tallyflow backfill} as it is typed. */
final class BackfillCommandTest extends LakeCommandRig {

    private static final String CALLS = "{slug: calls, eventType: t, aggregation: COUNT}";

    BackfillCommandTest() {
        super("meters: [" + CALLS + "]");
    }

    @BeforeEach
    void commit() throws Exception {
        try (Connection connection = database.connect()) {
            MadeCommit.make(connection, 3, new CommitName(7, 1), 1, null);
        }
    }

    @Test
    void saysWhatItHasCounted() throws Exception {
        try (SmallLake lake = lake()) {
            lake.commit(0, List.of(event()));
        }
        String[] where = where();
        CommandRun dry = CommandRun.typed("backfill calls --dry-run", where);
        assertThat(dry.err()).isEmpty();
        assertThat(dry.out().lines())
                .containsExactly(
                        "counting 1 day",
                        "run  meter  version  from  to  events  windows  shown after commit",
                        "     calls        1                 1        1");
        CommandRun run = CommandRun.typed("backfill calls --to 2027-01-01 --reason because", where);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "run 1: 1 day",
                        "2026-03-01: 1 events, 1 windows",
                        "run  meter  version  from  to                    events  windows  shown after"
                                + " commit",
                        "  1  calls        1        2027-01-01T00:00:00Z       1        1             "
                                + "      3");
        assertThat(CommandRun.typed("backfill calls --to 2027-01-01", where).out())
                .contains("nothing is left to be counted");
        assertThat(
                        CommandRun.typed(
                                        "backfill calls --dry-run --from 2020-01-01 --to 2028-01-01",
                                        where)
                                .out())
                .startsWith("the lake holds no events of before 2026-03-01");
        CommandRun unknown = CommandRun.typed("backfill nothing", where);
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("there is no meter nothing");
    }

    @Test
    void needsALake() {
        CommandRun run = CommandRun.typed("backfill calls", "--postgres-url", address());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("nothing is known of a lake there", "--lake-properties", "--data-dir");
    }

    @Test
    void asksForNothingWhereThereIsNoLakeForTheBackfill() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("m.yaml"),
                        "meters: [{slug: users, eventType: t, aggregation: COUNT}]");
        CommandRun run =
                CommandRun.typed(
                        "meters apply", file.toString(), "--backfill", "--postgres-url", address());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("nothing is known of a lake there");
        assertThat(CommandRun.typed("meters history users", "--postgres-url", address()).err())
                .contains("there is no meter users");
    }

    private static LakeRow event() {
        return LakeRow.accepted(
                new UsageEvent(
                        "s",
                        "source",
                        "id",
                        "t",
                        1_772_323_200_000_000L,
                        "{}".getBytes(StandardCharsets.UTF_8),
                        0,
                        0,
                        0,
                        0),
                0);
    }
}
