package io.tallyflow.operations.imports;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportPassTest {

    private static final long IDENTITY = 102;
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    @TempDir private Path directory;
    private final Workers workers = new Workers(2);
    private PostgresServer.Database database;
    private SmallLake lake;
    private Instant now = START;
    private Duration perEvent = Duration.ZERO;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        lake = new SmallLake(database, directory);
    }

    @AfterEach
    void stop() throws Exception {
        workers.close();
        lake.close();
        database.close();
    }

    @Test
    void takesWhatNeitherTheLakeNorTheSourceHadBefore() throws Exception {
        lake.commit(0, List.of(row("a", "2"), row("b", "3")));
        lake.commit(0, List.of(row("a", "4")));
        assertThat(
                        run(
                                1_000,
                                event("a", "1"),
                                event("a", "2"),
                                event("a", "3"),
                                event("a", "3"),
                                event("a", "4"),
                                event("b", "3")))
                .containsExactly(
                        "look", "a1", "known a2", "a3", "known a3", "known a4", "known b3", "end");
    }

    @Test
    void looksUpNoMoreAtOnceThanMemoryHolds() throws Exception {
        lake.commit(0, List.of(row("a", "3")));
        assertThat(
                        run(
                                2,
                                event("a", "1"),
                                event("a", "1"),
                                event("a", "2"),
                                event("a", "3"),
                                event("a", "4"),
                                event("a", "5")))
                .containsExactly(
                        "look",
                        "a1",
                        "known a1",
                        "a2",
                        "end",
                        "look",
                        "known a3",
                        "a4",
                        "end",
                        "look",
                        "a5",
                        "end");
    }

    @Test
    void looksAgainWhenSendingHasTakenAnHour() throws Exception {
        perEvent = Duration.ofMinutes(29);
        assertThat(run(1_000, event("a", "1"), event("a", "2"), event("a", "3"), event("a", "4")))
                .containsExactly("look", "a1", "a2", "a3", "end", "look", "a4", "end");
    }

    @Test
    void readsAcrossWhatIsNoEvent() throws Exception {
        EventSource onlyBad = source(new UsageEvent[] {null, null});
        assertThat(run(10, List.of(onlyBad, source(event("a", "1"), null), source())))
                .containsExactly("look", "end", "look", "a1", "end");
    }

    @Test
    void findsIdentitiesOfManySubjects() throws Exception {
        UsageEvent[] many =
                IntStream.range(0, 300)
                        .mapToObj(i -> event("subject" + i, "1"))
                        .toArray(UsageEvent[]::new);
        lake.commit(0, List.of(row("subject7", "1"), row("subject299", "1")));
        assertThat(run(1_000, many))
                .filteredOn(said -> said.startsWith("known"))
                .containsExactly("known subject71", "known subject2991");
    }

    private List<String> run(int most, UsageEvent... events) throws Exception {
        return run(most, List.of(source(events)));
    }

    private List<String> run(int most, List<EventSource> sources) throws Exception {
        List<String> said = new ArrayList<>();
        try (Lake opened = Lake.open(lake.options())) {
            new ImportPass(
                            () -> new LakeMoment(LakeView.of(opened), now),
                            new KnownIdentities(workers, new ImportListener() {}),
                            most * IDENTITY,
                            () -> now)
                    .run(sources, taker(said));
        }
        return said;
    }

    private ImportPass.Taker taker(List<String> said) {
        return new ImportPass.Taker() {
            @Override
            public void begins(LakeMoment moment) {
                assertThat(moment.knowsUntil()).isEqualTo(now);
                said.add("look");
            }

            @Override
            public void takes(SourcedEvent event) {
                now = now.plus(perEvent);
                said.add(event.event().subject() + event.event().id());
            }

            @Override
            public void knows(SourcedEvent event) {
                said.add("known " + event.event().subject() + event.event().id());
            }

            @Override
            public void ends() {
                said.add("end");
            }
        };
    }

    /** Bad lines are null. */
    private static EventSource source(UsageEvent... events) {
        return (from, visitor) -> {
            int at = (int) from;
            boolean goesOn = true;
            while (goesOn && at < events.length) {
                UsageEvent event = events[at++];
                goesOn =
                        event == null
                                ? visitor.bad(new BadLine("f", at, "JSON", "bad"))
                                : visitor.event(
                                        new SourcedEvent(
                                                event,
                                                () -> {
                                                    throw new AssertionError("not sent");
                                                }));
            }
            return at;
        };
    }

    private static UsageEvent event(String subject, String id) {
        return anEvent().subject(subject).id(id).data("{}").build();
    }

    private static LakeRow row(String subject, String id) {
        return LakeRow.accepted(event(subject, id), 0);
    }
}
