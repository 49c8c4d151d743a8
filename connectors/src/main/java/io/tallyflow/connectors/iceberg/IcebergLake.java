package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.iceberg.commit.CommitLake;
import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.iceberg.table.LakeFiles;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.iceberg.write.WriteLake;
import io.tallyflow.connectors.refusal.CommitLedger;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.stream.LakeRow;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows in Iceberg tables, exactly once.
 *
 * <pre>
 * lake rows => write   (data files stay open across checkpoints; their rows lie in state, too)
 * with the names of the ledger's commits
 *           => commit  (parallelism 1: one batch per commit interval, one snapshot per table)
 * </pre>
 *
 * <p>No batch is in a table before the ledger has made the commit that it is named after, and a
 * table goes back only where the ledger has.
 *
 * <p>Iceberg's own Flink sink commits and closes its files at every checkpoint, and after a start
 * from an older state it drops or doubles rows without a word.
 */
public final class IcebergLake {

    private static final String LABEL = "commit to the lake";

    private final LakeOptions options;
    private final LakeSchedule schedule;
    private final CommitLedger ledger;
    private final @Nullable RewindTarget rewindTo;

    /**
     * A lake for one pipeline.
     *
     * @param ledger that the lake follows
     * @param rewindTo null unless this start may rewind
     */
    public IcebergLake(
            LakeOptions options,
            LakeSchedule schedule,
            CommitLedger ledger,
            @Nullable RewindTarget rewindTo) {
        this.options = options;
        this.schedule = schedule;
        this.ledger = ledger;
        this.rewindTo = rewindTo;
    }

    /**
     * Writes a stream into data files, which are not in the tables yet.
     *
     * @param uid a contract with the job's state
     */
    public Written write(DataStream<LakeRow> rows, String uid, String label) {
        return new Written(
                rows.transform(
                                label,
                                TypeInformation.of(LakeFiles.class),
                                new WriteLake(options, schedule, rewindTo != null))
                        .uid(uid));
    }

    /** Files that come to be in the tables with the ledger's commits. */
    public final class Written {
        private final DataStream<LakeFiles> files;

        private Written(DataStream<LakeFiles> files) {
            this.files = files;
        }

        /**
         * Ends the stream in the tables.
         *
         * @param commits the name of the ledger's commit of each checkpoint, ahead of its barrier
         */
        public void follow(DataStream<CommitName> commits) {
            files.global()
                    .connect(commits.global())
                    .transform(LABEL, Types.VOID, new CommitLake(options, ledger, rewindTo))
                    .setParallelism(1)
                    .setMaxParallelism(1)
                    .uid(StoredLake.UID);
        }
    }
}
