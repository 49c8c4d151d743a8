package io.tallyflow.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.FaultyCatalog.Fault;
import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random schedules of rows, barriers, lost notices, crashes, rescaling, rewinds and catalogs that
 * fail in every way: at the end each row is in the lake once. {@code -Dtallyflow.test.seeds=N} runs
 * more of them.
 */
final class LakeRandomFaultsTest {

    private static final int STEPS = 40;
    private static final LakeSchedule SCHEDULE = new LakeSchedule(3);

    @TempDir private Path folder;

    private LakeFixture lake;
    private Random random;
    private LakeRig rig;
    private int writers;
    private long checkpoint;
    private long next;
    private @Nullable RewindTarget asked;
    private final List<Completed> completed = new ArrayList<>();

    /** A checkpoint that a job can start from, and the first row that it does not hold. */
    private record Completed(Snapshot snapshot, long next) {}

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("tallyflow.test.seeds", 5));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void endsWithEveryRowOnce(int seed) throws Exception {
        random = new Random(seed);
        try (LakeFixture fixture = new LakeFixture(folder)) {
            lake = fixture;
            writers = 1 + random.nextInt(3);
            rig = new LakeRig(lake, SCHEDULE, writers, null, null);
            complete();
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            for (int last = 0; last < SCHEDULE.everyCheckpoints(); last++) {
                complete();
            }
            rig.close();
            assertThat(lake.events()).isEqualTo(LongStream.range(0, next).boxed().toList());
        }
    }

    private void step() throws Exception {
        write(random.nextInt(30));
        switch (random.nextInt(14)) {
            case 0 -> rig.barrier(++checkpoint); // declined
            case 1 -> completeWithoutNotice();
            case 2 -> crash();
            case 3 -> rewind();
            case 6 -> crashInBatch();
            case 7 -> forget();
            case 4, 5 -> {
                lake.failNext(Fault.values()[random.nextInt(Fault.values().length)]);
                complete();
            }
            default -> complete();
        }
    }

    private void write(int rows) throws Exception {
        for (int i = 0; i < rows; i++) {
            rig.write((int) (next % writers), LakeFixture.event(next));
            next++;
        }
    }

    private void complete() throws Exception {
        completed.add(new Completed(rig.checkpoint(++checkpoint), next));
    }

    /** The process dies before it hears that the checkpoint is complete. */
    private void completeWithoutNotice() throws Exception {
        completed.add(new Completed(rig.barrier(++checkpoint), next));
        crash();
    }

    /** The process dies when some tables have a batch and others do not. */
    private void crashInBatch() throws Exception {
        completed.add(new Completed(rig.barrier(++checkpoint), next));
        lake.overtake(
                random.nextInt(LakeTable.values().length),
                () -> {
                    throw new IllegalStateException("the process is gone");
                });
        try {
            rig.complete(checkpoint);
        } catch (IOException dead) {
            // As planned, if there was a batch.
        }
        lake.overtakeNext(() -> null);
        crash();
    }

    private void forget() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            for (LakeTable table : LakeTable.values()) {
                new LakeExpiry(1, 1, Duration.ZERO).expire(tables.table(table));
            }
        }
    }

    private void crash() throws Exception {
        rig.close();
        start(completed.get(completed.size() - 1));
    }

    private void rewind() throws Exception {
        rig.close();
        int target = random.nextInt(completed.size());
        completed.subList(target + 1, completed.size()).clear();
        asked = new RewindTarget(target, lake.ledger().epoch());
        start(completed.get(target));
    }

    private void start(Completed from) throws Exception {
        writers = 1 + random.nextInt(3);
        checkpoint = from.snapshot().checkpoint();
        next = from.next();
        rig = new LakeRig(lake, SCHEDULE, writers, from.snapshot(), asked);
    }
}
