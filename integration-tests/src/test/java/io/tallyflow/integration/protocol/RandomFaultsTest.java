package io.tallyflow.integration.protocol;

import io.tallyflow.connectors.postgres.PostgresSinkOptions;
import io.tallyflow.connectors.postgres.PostgresUsageSink;
import io.tallyflow.schemas.commit.RewindTarget;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schedules drawn from a seed: reads, idle partitions, barriers, declined checkpoints, lost
 * notices, broken connections at any step, crashes, new jobs that use checkpoint numbers again,
 * other parallelisms, and rewinds to any earlier commit; every other run stages its commits. After
 * each event a reader looks, and must see the truth of the offsets it sees. {@code
 * -Dtallyflow.test.seeds=N} runs more of them.
 */
final class RandomFaultsTest {

    private static ProtocolDatabase database;

    @BeforeAll
    static void startPostgres() throws Exception {
        database = new ProtocolDatabase();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        database.close();
    }

    static List<Long> seeds() {
        return Seeds.upTo(8);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void showsOnlyTruePrefixesWhateverHappens(long seed) throws Exception {
        database.clear();
        new Run(seed).toTheEnd();
    }

    /** One schedule. */
    private static final class Run {

        private final Random random;
        private final UsageLog log;
        private final int shards;
        private final Witness witness;
        private final Faults connections;
        private final List<Done> completed = new ArrayList<>();
        private PipelineRig rig;
        private PipelineRig.@Nullable Snapshot pending;
        private Set<Integer> idle = Set.of();
        private long checkpoint;
        private int crashes;
        private int rewinds;

        /** A completed checkpoint whose commit was seen in the ledger. */
        private record Done(PipelineRig.Snapshot snapshot, long commit, long epoch) {}

        Run(long seed) throws Exception {
            this.random = new Random(seed);
            this.log = new UsageLog(seed, 3, 250);
            this.shards = 1 + (int) (seed % 3);
            this.witness = new Witness(database::connect, log);
            this.connections = database.connections();
            this.rig = PipelineRig.fresh(log, sink(null), 1 + random.nextInt(3), shards);
        }

        void toTheEnd() throws Exception {
            try {
                while (rig.hasMore()) {
                    step();
                }
                connections.heal();
                rig.barrier(++checkpoint);
                rig.complete(checkpoint);
                witness.demandComplete();
            } finally {
                rig.close();
            }
        }

        private void step() throws Exception {
            int dice = random.nextInt(100);
            if (dice < 80) {
                rig.read(random.nextInt(log.partitions()));
                rig.advance(idle);
            } else if (dice < 83) {
                idle = random.nextBoolean() ? Set.of() : Set.of(random.nextInt(log.partitions()));
            } else if (dice < 88) {
                pending = rig.barrier(++checkpoint); // declined, or its notice is lost
            } else if (dice < 96) {
                completeOne();
            } else if (crashes++ < 8) {
                crash();
            }
        }

        private void completeOne() throws Exception {
            PipelineRig.Snapshot snapshot = rig.barrier(++checkpoint);
            pending = snapshot;
            connections.breakSomewhere(random);
            try {
                rig.complete(checkpoint);
            } catch (Exception e) {
                connections.heal();
                restart(snapshot);
            }
            connections.heal();
            ResultsReader.Results seen = witness.look();
            completed.add(new Done(snapshot, seen.commit(), seen.epoch()));
        }

        private void crash() throws Exception {
            if (completed.isEmpty() && pending == null) {
                rig.close();
                rig = PipelineRig.fresh(log, sink(null), 1 + random.nextInt(3), shards);
            } else if (!completed.isEmpty() && rewinds < 3 && random.nextInt(3) == 0) {
                rewind();
            } else {
                // The newest snapshot is complete: its notice was lost, or it was a savepoint.
                restart(pending);
            }
            witness.look();
        }

        private void rewind() throws Exception {
            rewinds++;
            Done target = completed.get(random.nextInt(completed.size()));
            long epoch = witness.look().epoch();
            rig.close();
            rig =
                    PipelineRig.rewound(
                            log,
                            sink(new RewindTarget(target.commit(), epoch)),
                            1 + random.nextInt(3),
                            target.snapshot());
            completed.removeIf(done -> done.commit() > target.commit());
            pending = target.snapshot();
            checkpoint = target.snapshot().checkpoint();
            completeFirstOf(target, epoch);
        }

        /**
         * Until its first commit is in, a rewound job can only be started with its target again.
         */
        private void completeFirstOf(Done target, long epoch) throws Exception {
            for (int attempt = random.nextInt(3); attempt > 0; attempt--) {
                rig.read(random.nextInt(log.partitions()));
                rig.close();
                rig =
                        PipelineRig.rewound(
                                log,
                                sink(new RewindTarget(target.commit(), epoch)),
                                1 + random.nextInt(3),
                                target.snapshot());
                witness.look();
            }
            completeOne();
        }

        private void restart(PipelineRig.Snapshot snapshot) throws Exception {
            rig.close();
            rig = PipelineRig.restored(log, sink(null), 1 + random.nextInt(3), snapshot);
            if (random.nextInt(3) == 0) {
                checkpoint = snapshot.checkpoint(); // a new job counts on from there
            }
        }

        private PostgresUsageSink sink(@Nullable RewindTarget rewindTo) throws SQLException {
            return new PostgresUsageSink(
                    connections,
                    PostgresSinkOptions.defaults()
                            .withShards(shards)
                            .withRewindTo(rewindTo)
                            .withPatience(Duration.ofSeconds(20))
                            .withPartBytes(2_000));
        }
    }
}
